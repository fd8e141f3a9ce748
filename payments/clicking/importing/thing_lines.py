"""Judges `things.csv`."""

from __future__ import annotations

from collections.abc import Iterator

from payments.clicking.importing.names import Names
from payments.clicking.importing.records import CsvFile, copy_line
from things.addresses import NotAWebAddress, check_url
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

    def blocks(self) -> Iterator[str]:
        """For COPY: line, url, creator, title, category, language of each right line."""
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
            if self.file.faultless(line, [*repeated, *self._wrong(*fields)]):
                yield copy_line(line, *fields)

    def _wrong(self, *fields: str) -> list[str]:
        url, creator, title, category, language = fields
        wrong = self._names.wrong(creator)
        try:
            check_url(url)
        except NotAWebAddress as refusal:
            wrong.insert(0, str(refusal))
        if len(title) > TITLE_LENGTH:
            wrong.append(f"the title is longer than {TITLE_LENGTH} characters")
        if category not in _CATEGORIES:
            wrong.append(f"there is no category “{category}”")
        if language not in LANGUAGES:
            wrong.append(f"there is no language “{language}”")
        return wrong
