"""Strict reading of a CSV file, a record a line, without holding more than a line."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

from payments.clicking.importing.faults import Faults

_UNDECODED = re.compile(r"[\ud800-\udfff]")
_CONTROL = re.compile(r"[\x01-\x1f\x7f-\x9f\u2028\u2029]")


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

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Each line's number and fields, however many: `check` and the caller judge them.

        Nothing if the file cannot be read or its columns are wrong; then `is_readable` stays False.
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
            records = self._parse(self._file)
            self.is_readable = self._has_right_header(records)
            if self.is_readable:
                yield from records

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

    def _parse(self, file: TextIO) -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(map(_whole, file), strict=True)
        refused = 0  # lines that the parser was not given, and so does not number
        while True:
            try:
                for fields in reader:
                    yield reader.line_num + refused, fields
            except _OpenQuote:
                refused += 1
                self.fault(reader.line_num + refused, "a quoted field does not end on this line")
            except csv.Error as error:
                self.fault(reader.line_num + refused, _explained(error))
            else:
                return

    def _has_right_header(self, records: Iterator[tuple[int, list[str]]]) -> bool:
        faults = self._faults.count
        _, header = next(records, (0, None))
        if self._faults.count > faults:
            return False
        if header is None:
            self.fault(None, "the file is empty")
            return False
        wrong = _unreadable("".join(header)) or _compared(header, self.columns)
        if wrong:
            self.fault(1, wrong)
        return not wrong


def copy_line(*values: object) -> str:
    """A line as PostgreSQL's COPY takes it. Tabs and line ends have been refused before."""
    return "\t".join(str(value).replace("\\", "\\\\") for value in values) + "\n"


class _OpenQuote(csv.Error):
    pass


def _whole(line: str) -> str:
    """Refuse a line that would swallow those after it. Called for every line of every file."""
    if '"' in line and line.count('"') % 2:
        raise _OpenQuote
    return line


def _explained(error: csv.Error) -> str:
    if "new-line" in str(error):
        return "a carriage return in the middle of the line"
    return f"this is not CSV: {error}"


def _unreadable(text: str) -> str:
    if _UNDECODED.search(text):
        return "there are bytes that are not UTF-8"
    if "\0" in text:
        return "there is a NUL byte"
    if _CONTROL.search(text):
        return "there is a control character or line break in a field"
    return ""


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
