"""Judges `things.csv`."""

from __future__ import annotations

from collections.abc import Iterator

from payments.clicking.importing.names import Names
from payments.clicking.importing.records import CsvFile, copy_line
from things.addresses import NotAWebAddress
from things.canonical import address_key
from things.catalogue import LANGUAGES, Category
from things.models import TITLE_LENGTH

COLUMNS = ("url", "creator", "title", "category", "language")

_CATEGORIES = frozenset(Category.values)


class ThingLines:
    """The things of a folder. `known` has the line and the creator of each address."""

    def __init__(self, file: CsvFile, names: Names) -> None:
        self.file = file
        self.known: dict[str, tuple[int, str]] = {}
        self._names = names
        self._pages: dict[bytes, int] = {}

    def blocks(self) -> Iterator[str]:
        """For COPY: line, url, key, creator, title, category, language of each right line."""
        for first, rows in self.file.blocks():
            yield "".join(self._right(first, rows))

    def _right(self, first: int, rows: list[list[str]]) -> Iterator[str]:
        for line, fields in enumerate(rows, first):
            # Known even where it is faulty: one fault, not one more for each click on it.
            url, creator = [*fields, "", ""][:2]
            known, _ = self.known.setdefault(url, (line, creator))
            if not self.file.check(line, fields):
                continue
            repeated = [f"“{url}” is on line {known} already"] if known != line else []
            wrong = [*repeated, *self._wrong(*fields)]
            key, of_address = self._key(line, url)
            if self.file.faultless(line, [*of_address, *wrong]):
                yield copy_line(line, url, f"\\x{key.hex()}", *fields[1:])

    def _key(self, line: int, url: str) -> tuple[bytes, list[str]]:
        """What the address is found by, and what is wrong with it."""
        try:
            key = address_key(url)
        except NotAWebAddress as refusal:
            return b"", [str(refusal)]
        known = self._pages.setdefault(key, line)
        if known == line or self.known[url][0] != line:
            return key, []
        return key, [f"“{url}” is the same page as on line {known}"]

    def _wrong(self, *fields: str) -> list[str]:
        _url, creator, title, category, language = fields
        wrong = self._names.wrong(creator)
        if len(title) > TITLE_LENGTH:
            wrong.append(f"the title is longer than {TITLE_LENGTH} characters")
        if category not in _CATEGORIES:
            wrong.append(f"there is no category “{category}”")
        if language not in LANGUAGES:
            wrong.append(f"there is no language “{language}”")
        return wrong
