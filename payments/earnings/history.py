"""Taking in the revenue reports that creators had from Flattr, and writing them out again."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import QuerySet, Sum

from accounts.models import User
from payments.earnings.exporting.reports import FIRST_LINE, FLATTRS_CURRENCY
from payments.earnings.models import ImportedRevenue
from payments.money import MAX_AMOUNT, MICROS, format_cents
from things.periods import NotAPeriod, Period

MOST_BYTES = 16 * 1024 * 1024
_NAME = re.compile(r"flattr-revenue-\d{6}(?:-(?P<currency>[A-Z]{3}))?\.csv", re.ASCII)
_AMOUNT = re.compile(r"(?P<whole>\d{1,10}),(?P<cents>\d\d)", re.ASCII)
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_IDENTIFIER = re.compile(r"\d{1,18}", re.ASCII)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


class NotAReport(ValueError):
    """A file is no revenue report of Flattr's; the message names the file and the line."""


@dataclass(frozen=True)
class Line:
    """One line of a report; `revenue` in micros."""

    period: Period
    number: int
    address: str
    url: str
    title: str
    clicks: int
    revenue: int
    total: int


@dataclass(frozen=True)
class ImportedHistory:
    """What an import wrote, and what was there already."""

    lines: int
    known: int
    periods: tuple[Period, ...]


def import_history(*, creator: User, files: Iterable[Path], at: datetime) -> ImportedHistory:
    """Take in revenue reports of a creator's, all of them or nothing.

    The same line again changes nothing; another download of a month may only have higher clicks
    of all time. Raises NotAReport if a file is none, or contradicts what was imported before.
    """
    reports = [(path, *read_report(path)) for path in files]
    written = known = 0
    with transaction.atomic():
        for path, currency, lines in reports:
            for line in lines:
                made = _keep(creator, currency, line, at, path)
                written += made
                known += not made
    periods = sorted({line.period for _path, _currency, lines in reports for line in lines})
    return ImportedHistory(written, known, tuple(periods))


def read_report(path: Path) -> tuple[str, list[Line]]:
    """The currency and the lines of a report. Raises NotAReport."""
    try:
        content = path.read_bytes() if path.stat().st_size <= MOST_BYTES else None
    except OSError as error:
        raise NotAReport(f"{path}: the file cannot be read: {error.strerror}") from error
    if content is None:
        raise NotAReport(f"{path}: the file is longer than {MOST_BYTES} bytes")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotAReport(f"{path}: there are bytes that are not UTF-8") from error
    named = _NAME.fullmatch(path.name)
    currency = (named and named["currency"]) or FLATTRS_CURRENCY
    return currency, list(_lines(path, text.replace("\r\n", "\n").split("\n")))


def report_of(creator: User, period: Period, currency: str = FLATTRS_CURRENCY) -> str:
    """An imported month as Flattr wrote it, byte for byte."""
    rows = ImportedRevenue.objects.filter(creator=creator, period=period, currency=currency)
    lines = [
        f'{row.period};{row.number};"{_quoted(row.address)}";"{_quoted(row.url)}";'
        f'"{_quoted(row.title)}";{row.clicks};{format_cents(row.revenue).replace(".", ",")};'
        f"{row.total}\n"
        # In the order of the file.
        for row in rows.order_by("pk")
    ]
    return "".join([f"{FIRST_LINE}\n", *lines])


def imported_months(creator: User) -> QuerySet[ImportedRevenue, Any]:
    """The imported months of a creator, latest first: clicks, things and revenue by currency."""
    rows = ImportedRevenue.objects.filter(creator=creator).values("period", "currency")
    summed = rows.annotate(clicks=Sum("clicks"), revenue=Sum("revenue"))
    return summed.order_by("-period", "currency")


def _lines(path: Path, written: list[str]) -> Iterator[Line]:
    if written[0] != FIRST_LINE:
        raise NotAReport(f"{path}:1: the first line must be {FIRST_LINE}")
    seen: set[tuple[Period, int]] = set()
    for at, text in enumerate(written[1:], 2):
        if not text and at == len(written):
            return
        try:
            line = _line(text)
        except (ValueError, NotAPeriod, csv.Error) as error:
            raise NotAReport(f"{path}:{at}: {error}") from error
        if (line.period, line.number) in seen:
            raise NotAReport(f"{path}:{at}: thing {line.number} is there twice")
        seen.add((line.period, line.number))
        yield line


def _line(text: str) -> Line:
    if _UNPRINTABLE.search(text):
        raise ValueError("there is a control character in the line")
    fields = next(csv.reader([text], delimiter=";", strict=True), [])
    if len(fields) != 8:
        raise ValueError(f"{len(fields)} fields, not 8")
    period, number, address, url, title, clicks, revenue, total = fields
    amount = _AMOUNT.fullmatch(revenue)
    if amount is None:
        raise ValueError(f"“{revenue[:24]}” is not an amount such as 0,95")
    micros = int(amount["whole"]) * MICROS + int(amount["cents"]) * (MICROS // 100)
    if micros > MAX_AMOUNT:
        raise ValueError(f"{revenue} is too much")
    if not _IDENTIFIER.fullmatch(number):
        raise ValueError(f"“{number[:24]}” is not a number")
    return Line(
        Period.parse(period),
        int(number),
        address,
        url,
        title,
        _counted(clicks),
        micros,
        _counted(total),
    )


def _counted(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"“{text[:24]}” is not a number of clicks")
    return int(text)


def _keep(creator: User, currency: str, line: Line, at: datetime, path: Path) -> bool:
    """Whether the line is new."""
    row, made = ImportedRevenue.objects.get_or_create(
        creator=creator,
        period=line.period,
        currency=currency,
        number=line.number,
        defaults={
            "address": line.address,
            "url": line.url,
            "title": line.title,
            "clicks": line.clicks,
            "revenue": line.revenue,
            "total": line.total,
            "imported_at": at,
        },
    )
    if (row.clicks, row.revenue) != (line.clicks, line.revenue):
        raise NotAReport(
            f"{path}: thing {line.number} has {line.clicks} clicks and {format_cents(line.revenue)}"
            f" in {line.period}, and was imported with {row.clicks} and {format_cents(row.revenue)}"
        )
    return made


def _quoted(text: str) -> str:
    return text.replace('"', '""')
