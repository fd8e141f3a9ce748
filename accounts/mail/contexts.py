"""What a mail is to say, as JSON: strings of one line, and moments that come back as moments."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import date, datetime
from typing import Any

# Control characters end lines and headers; the others turn the reading direction of what follows.
_DROPPED = {"Cc", "Zl", "Zp"}
_TURNING = {*range(0x202A, 0x202F), *range(0x2066, 0x206A)}
# Not those that hold an amount and its currency together.
_SPACES = re.compile(" {2,}")


def one_line(text: str) -> str:
    """The text without line breaks, control characters and changes of direction.

    A title or a name that somebody else chose can so neither begin a header nor write
    paragraphs of its own into our mail.
    """
    spaced = (" " if unicodedata.category(c) in _DROPPED else c for c in text)
    straight = "".join(c for c in spaced if ord(c) not in _TURNING)
    return _SPACES.sub(" ", straight).strip(" ")


def tidy(value: Any) -> Any:
    """The value with each string in it as one line."""
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, dict):
        return {name: tidy(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [tidy(entry) for entry in value]
    return value


class ContextEncoder(json.JSONEncoder):
    """Dates and aware moments as objects of one entry."""

    def default(self, o: Any) -> Any:
        """As the decoder knows them. Raises TypeError for what JSON does not have."""
        if isinstance(o, datetime):
            return {"$moment": o.isoformat()}
        if isinstance(o, date):
            return {"$day": o.isoformat()}
        return super().default(o)


class ContextDecoder(json.JSONDecoder):
    """Gives dates and moments back."""

    def __init__(self, **options: Any) -> None:
        super().__init__(object_hook=_restored, **options)


def _restored(found: dict[str, Any]) -> Any:
    if set(found) == {"$moment"}:
        return datetime.fromisoformat(found["$moment"])
    if set(found) == {"$day"}:
        return date.fromisoformat(found["$day"])
    return found
