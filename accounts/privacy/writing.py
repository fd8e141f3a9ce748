"""Write rows as CSV and JSON at once, and pieces of a file into the database."""

from __future__ import annotations

import csv
import io
import json
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from enum import Enum

from django.utils.timezone import is_aware

from accounts.models import User
from accounts.privacy.kept import Kept
from accounts.privacy.models import Export, ExportChunk

CHUNK = 1 << 18
_ROWS_AT_A_TIME = 2000
# So much of a JSON file is held in memory; the rest waits on the disk for its turn in the ZIP.
_IN_MEMORY = 1 << 20

# What a spreadsheet takes for a formula where a cell begins with it.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


class ChunkWriter(io.RawIOBase):
    """A file that is only written to, in order; each CHUNK bytes become a row."""

    def __init__(self, export: Export) -> None:
        self._export = export
        self._held = bytearray()
        self.chunks = 0
        self.size = 0

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: object) -> int:
        """Take some bytes."""
        taken = bytes(data)  # type: ignore[call-overload]
        self._held += taken
        self.size += len(taken)
        while len(self._held) >= CHUNK:
            self._store(CHUNK)
        return len(taken)

    def finish(self) -> None:
        """Store what is left."""
        if self._held:
            self._store(len(self._held))

    def _store(self, length: int) -> None:
        ExportChunk.objects.create(
            export=self._export, number=self.chunks, content=bytes(self._held[:length])
        )
        del self._held[:length]
        self.chunks += 1


def write_rows(archive: zipfile.ZipFile, kept: Kept, user: User) -> int:
    """Write a user's rows of a table as `NAME.csv` and `NAME.json`. Returns how many there were.

    One reading of the table for both; however many rows there are, few are in memory.
    """
    names = [column.replace("__", "_") for column in kept.columns]
    number = 0
    with tempfile.SpooledTemporaryFile(_IN_MEMORY, "w+", encoding="utf-8") as waiting:
        with archive.open(f"{kept.name}.csv", "w") as file:
            table = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
            cells = csv.writer(table)
            cells.writerow(names)
            waiting.write("[")
            for row in _rows(kept, user):
                cells.writerow([_cell(value) for value in row])
                waiting.write(",\n" if number else "\n")
                json.dump(dict(zip(names, row, strict=True)), waiting, ensure_ascii=False)
                number += 1
            waiting.write("\n]\n")
        waiting.seek(0)
        with archive.open(f"{kept.name}.json", "w") as file:
            while text := waiting.read(CHUNK):
                file.write(text.encode())
    return number


def _rows(kept: Kept, user: User) -> Iterator[Sequence[object]]:
    writers = [kept.written.get(column, _plain) for column in kept.columns]
    for rows in kept.rows_of(user):
        for row in rows.values_list(*kept.columns).iterator(chunk_size=_ROWS_AT_A_TIME):
            yield [
                None if value is None else write(value)
                for write, value in zip(writers, row, strict=True)
            ]


def _plain(value: object) -> object:
    """A value as JSON knows it."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat() if is_aware(value) else f"{value.isoformat()}Z"
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, str | int | list | dict):
        return value
    return str(value)


def _cell(value: object) -> object:
    """A value for a spreadsheet, which must not run what a stranger called their thing."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value.startswith(_FORMULAS) and not _is_number(value):
        return f"'{value}"
    return value


def _is_number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdecimal()
