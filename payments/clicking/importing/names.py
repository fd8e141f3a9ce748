"""The user names of a month folder: creators and subscribers are the same people."""

from __future__ import annotations

import re
from collections.abc import Iterator

from accounts.models import USERNAME_LENGTH, USERNAME_PATTERN

_WELL_FORMED = re.compile(USERNAME_PATTERN)


class Names:
    """Remembers how each name was written first, over all files of a folder."""

    def __init__(self) -> None:
        self._spellings: dict[str, str] = {}

    def wrongs(self, name: str) -> Iterator[str]:
        """What is wrong with a name, if anything."""
        first = self._spellings.setdefault(name.lower(), name)
        if not _WELL_FORMED.fullmatch(name):
            yield f"“{name}” is not a user name: letters, digits, dots, hyphens and underscores"
        elif len(name) > USERNAME_LENGTH:
            yield f"the user name “{name}” is longer than {USERNAME_LENGTH} characters"
        elif first != name:
            yield f"the user name “{name}” differs from “{first}” only in upper and lower case"
