"""The monthly revenue report of a creator, byte for byte in the format of Flattr's own.

UTF-8, LF, semicolons, a decimal comma; addresses and titles are quoted, the first line and the
numbers are not; the largest revenue comes first. Revenue is before the fee, in cents. Flattr had
one currency: a report in another names it in its file's name, so that none mixes two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from django.conf import settings

from payments.money import format_cents
from things.periods import Period
from things.slugs import slug_of

FIRST_LINE = "period;id;flattr url;url;title;clicks;revenue;clicks total"
FLATTRS_CURRENCY = "EUR"


@dataclass(frozen=True)
class Row:
    """What one thing earned in a period and currency; `total` are its clicks up to then."""

    creator: str
    currency: str
    thing: int
    url: str
    title: str
    clicks: int
    gross: int
    total: int


def report_name(period: Period, currency: str) -> str:
    """The name of a report's file."""
    suffix = "" if currency == FLATTRS_CURRENCY else f"-{currency}"
    return f"flattr-revenue-{period.year:04}{period.month:02}{suffix}.csv"


def by_report(rows: Iterable[Row]) -> Iterator[tuple[str, str, Iterator[Row]]]:
    """The rows of each report with its creator and currency; they must come in that order."""
    for (creator, currency), group in groupby(rows, lambda row: (row.creator, row.currency)):
        yield creator, currency, group


def report_line(period: Period, row: Row) -> str:
    """One line of a report, with its end."""
    address = f"{settings.SITE_URL}/thing/{row.thing}/{slug_of(row.title)}".removesuffix("/")
    revenue = format_cents(row.gross).replace(".", ",")
    quoted = ";".join(_quoted(text) for text in (address, row.url, row.title))
    return f"{period};{row.thing};{quoted};{row.clicks};{revenue};{row.total}\n"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
