"""Judges `things.csv`."""

from __future__ import annotations

from collections.abc import Iterator

from payments.clicking.importing.names import Names
from payments.clicking.importing.records import CsvFile, copy_line
from things.addresses import NotAWebAddress, check_url
from things.catalogue import LANGUAGES, Category
from things.models import TITLE_LENGTH

COLUMNS = ("url", "creator", "title", "category", "language")


class ThingLines:
    """The things of a folder. `known` has the line and the creator of each address."""

    def __init__(self, file: CsvFile, names: Names) -> None:
        self.file = file
        self.known: dict[str, tuple[int, str]] = {}
        self._names = names

    def lines(self) -> Iterator[str]:
        """For COPY: line, url, creator, title, category, language of each right line."""
        for line, fields in self.file.records():
            # Known even where it is faulty: one fault, not one more for each click on it.
            url, creator = [*fields, "", ""][:2]
            first, _ = self.known.setdefault(url, (line, creator))
            if not self.file.check(line, fields):
                continue
            if self.file.faultless(line, self._wrongs(*fields, first=first, line=line)):
                yield copy_line(line, *fields)

    def _wrongs(self, *fields: str, first: int, line: int) -> Iterator[str]:
        url, creator, title, category, language = fields
        if first != line:
            yield f"“{url}” is on line {first} already"
        try:
            check_url(url)
        except NotAWebAddress as refusal:
            yield str(refusal)
        yield from self._names.wrongs(creator)
        if len(title) > TITLE_LENGTH:
            yield f"the title is longer than {TITLE_LENGTH} characters"
        if category not in Category.values:
            yield f"there is no category “{category}”"
        if language not in LANGUAGES:
            yield f"there is no language “{language}”"
