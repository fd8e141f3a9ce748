"""Statements as CSV: commas, quotes where needed, LF, UTF-8; amounts with six decimals."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from payments.giving.exporting.entries import Entry, entries_of
from payments.giving.months import SubscriberMonth
from payments.money import format_exact

HEADER = (
    "month",
    "at",
    "line",
    "description",
    "creator",
    "url",
    "currency",
    "share",
    "amount",
    "reason",
)

# What spreadsheets take for the beginning of a formula. Titles are other people's texts.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(months: Iterable[SubscriberMonth]) -> Iterator[str]:
    """The lines of a file about some months, each with its end. Times are in UTC."""
    writer = csv.writer(_Echo(), lineterminator="\n")
    yield writer.writerow(HEADER)
    for month in months:
        for entry in entries_of(month):
            yield writer.writerow(_cells(entry))


class _Echo:
    """A file for `csv.writer` that hands each line back."""

    def write(self, line: str) -> Any:
        return line


def _cells(entry: Entry) -> list[str]:
    return [
        str(entry.period),
        entry.at.isoformat() if entry.at else "",
        entry.line,
        *map(_harmless, (entry.description, entry.creator, entry.url)),
        entry.currency,
        "" if entry.share is None else format_exact(entry.share),
        "" if entry.amount is None else format_exact(entry.amount),
        _harmless(entry.reason),
    ]


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
