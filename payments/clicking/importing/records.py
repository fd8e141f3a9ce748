"""Strict reading of a CSV file, a record a line, without holding more than a line."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

from payments.clicking.importing.faults import Faults

# So many lines are judged and sent at once. Fewer cost more calls; more than Python's garbage
# collector waits for (700 lists) cost half as much again.
_BLOCK = 200

_UNDECODED = re.compile(r"[\ud800-\udfff]")
_ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class CsvFile:
    """One file of a month folder. A fault of a line is counted, and reading goes on after it.

    UTF-8, a byte order mark or not, lines end with LF or CRLF. The first line names the columns.
    """

    def __init__(self, path: Path, columns: tuple[str, ...], faults: Faults) -> None:
        self.name = path.name
        self.columns = columns
        self.is_readable = False
        self._path = path
        self._faults = faults
        self._file: TextIO | None = None

    @property
    def size(self) -> int:
        """How many bytes there are to read; 0 where that cannot be told."""
        try:
            return self._path.stat().st_size
        except OSError:
            return 0

    @property
    def position(self) -> int:
        """How many bytes have been read."""
        return self._file.buffer.tell() if self._file and not self._file.closed else 0

    def blocks(self) -> Iterator[tuple[int, list[list[str]]]]:
        """Some hundred lines at a time: the number of the first, and the fields of each.

        A line may have any number of fields: `check` and the caller judge them. Nothing comes if
        the file cannot be read or its columns are wrong; then `is_readable` stays False.
        """
        try:
            # Bytes that are not UTF-8 become surrogates, so that their line can be named.
            self._file = self._path.open(
                encoding="utf-8-sig", errors="surrogateescape", newline="\n"
            )
        except OSError as error:
            self.fault(None, f"the file cannot be read: {error.strerror}")
            return
        with self._file:
            blocks = self._parse(self._file)
            first, rows = next(blocks, (1, []))
            self.is_readable = first == 1 and self._has_right_header(rows)
            if self.is_readable:
                yield 2, rows[1:]
                yield from blocks

    def fault(self, line: int | None, message: str) -> None:
        """Count a fault of a line, or of the file."""
        self._faults.add(self.name, line, message)

    def check(self, line: int, fields: list[str]) -> bool:
        """Whether a line has as many fields as columns, and nothing unreadable in them."""
        wrong = _miscounted(len(fields), len(self.columns)) or _unreadable("".join(fields))
        if wrong:
            self.fault(line, wrong)
        return not wrong

    def faultless(self, line: int, wrongs: Iterable[str]) -> bool:
        """Count what is wrong with a line. Whether that is nothing."""
        before = self._faults.count
        for wrong in wrongs:
            self.fault(line, wrong)
        return self._faults.count == before

    def _parse(self, file: TextIO) -> Iterator[tuple[int, list[list[str]]]]:
        """Each line is a row or a fault, so counting them numbers them."""
        reader = csv.reader(map(_whole, file), strict=True)
        first, more = 1, True
        while more:
            rows: list[list[str]] = []
            wrong = ""
            try:
                # What came before the line that is no CSV stays in the list.
                rows.extend(islice(reader, _BLOCK))
                more = bool(rows)
            except csv.Error as error:
                wrong = _explained(error)
            if rows:
                yield first, rows
            first += len(rows)
            if wrong:
                self.fault(first, wrong)
                first += 1

    def _has_right_header(self, rows: list[list[str]]) -> bool:
        if not rows:
            self.fault(None, "the file is empty")
            return False
        wrong = _unreadable("".join(rows[0])) or _compared(rows[0], self.columns)
        return self.faultless(1, [wrong] if wrong else [])


def copy_line(*values: object) -> str:
    """A line as PostgreSQL's COPY takes it. Tabs and line ends have been refused before."""
    return "\t".join(str(value).replace("\\", "\\\\") for value in values) + "\n"


def _whole(line: str) -> str:
    """Refuse a line that would swallow those after it. Called for every line of every file."""
    if '"' in line and line.count('"') % 2:
        raise csv.Error("a quoted field does not end on this line")
    return line


def _explained(error: csv.Error) -> str:
    if "new-line" in str(error):
        return "there is a carriage return in the middle of the line"
    return f"this is not CSV: {error}"


def _unreadable(text: str) -> str:
    found = _ODD.search(text)
    if found is None:
        return ""
    if _UNDECODED.search(text):
        return "there are bytes that are not UTF-8"
    if "\0" in text:
        return "there is a NUL byte"
    return "there is a control character or line break in a field"


def _compared(header: list[str], columns: tuple[str, ...]) -> str:
    expected = ",".join(columns)
    missing = [f"“{name}”" for name in columns if name not in header]
    unknown = [f"“{name}”" for name in header if name not in columns]
    if missing:
        return f"the column {', '.join(missing)} is missing; the first line must be {expected}"
    if unknown:
        return f"the column {', '.join(unknown)} is not known; the first line must be {expected}"
    if tuple(header) != columns:
        return f"the columns are in another order; the first line must be {expected}"
    return ""


def _miscounted(fields: int, columns: int) -> str:
    if fields == columns:
        return ""
    if fields == 0:
        return "the line is empty"
    return f"{fields} field{'s' if fields > 1 else ''}, not {columns}"
