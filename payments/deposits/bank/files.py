"""Files that a bank gives: told apart, and handed to what reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from payments.deposits.bank.reading import Read, read_statement
from payments.deposits.bank.statements import NotAStatement, is_statement


class FileRefused(ValueError):
    """The file cannot be read, and nothing of it was taken in; the message says why."""


@dataclass(frozen=True)
class Said:
    """What a file of any kind said: its kind, and numbers by what they count."""

    kind: str
    counts: dict[str, int]

    def lines(self) -> Iterator[str]:
        """For people."""
        yield f"{self.kind}: " + ", ".join(
            f"{number} {name}" for name, number in self.counts.items()
        )


@dataclass(frozen=True)
class FileReader:
    """Another kind of file, for a room that stands beside this one: `payments.payouts` has one.

    `read` raises ValueError where it cannot.
    """

    recognises: Callable[[bytes], bool]
    read: Callable[[bytes, datetime], Said]


_readers: list[FileReader] = []


def add_file_reader(reader: FileReader) -> None:
    """Let files of another kind be read too. For an AppConfig's `ready`."""
    if reader not in _readers:
        _readers.append(reader)


def read_file(content: bytes, *, at: datetime) -> Said:
    """Take in a file of the bank's, all of it or nothing; the same file again changes nothing.

    Raises FileRefused.
    """
    reader = next((one for one in _readers if one.recognises(content)), None)
    try:
        if reader is not None:
            return reader.read(content, at)
        if not is_statement(content):
            raise NotAStatement("this is no file that Obole reads: camt.053, camt.054 or pain.002")
        return _said(read_statement(content, at=at))
    except ValueError as error:
        raise FileRefused(str(error)) from error


def _said(read: Read) -> Said:
    counts = {
        "bookings": read.lines,
        "read before": read.known,
        "deposits": read.deposits,
        "payouts": read.payouts,
        "to be decided": read.open,
        "outgoing": read.outgoing,
    }
    return Said("statement", counts)
