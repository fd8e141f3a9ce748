"""The readable end of a thing's address on this site."""

from __future__ import annotations

import re

_BETWEEN_WORDS = re.compile(r"[^A-Za-z0-9]+")


def slug_of(title: str) -> str:
    """A title as Flattr wrote it into addresses: `Über uns` is `ber-uns`. May be empty.

    What is not ASCII is dropped; anything between words becomes one hyphen. The rule is read from
    Flattr's own revenue reports.
    """
    ascii_only = title.encode("ascii", "ignore").decode()
    return _BETWEEN_WORDS.sub("-", ascii_only).strip("-")
