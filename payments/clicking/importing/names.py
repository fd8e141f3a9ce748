"""The user names of a month folder: creators and subscribers are the same people."""

from __future__ import annotations

import re

from accounts.models import USERNAME_LENGTH, USERNAME_PATTERN

_WELL_FORMED = re.compile(USERNAME_PATTERN)


class Names:
    """Remembers how each name was written first, over all files of a folder."""

    def __init__(self) -> None:
        self._spellings: dict[str, str] = {}

    def wrong(self, name: str) -> list[str]:
        """What is wrong with a name, if anything."""
        first = self._spellings.setdefault(name.lower(), name)
        if not _WELL_FORMED.fullmatch(name):
            return [f"“{name}” is not a user name: letters, digits, dots, hyphens and underscores"]
        if len(name) > USERNAME_LENGTH:
            return [f"the user name “{name}” is longer than {USERNAME_LENGTH} characters"]
        if first != name:
            return [f"the user name “{name}” differs from “{first}” only in upper and lower case"]
        return []
