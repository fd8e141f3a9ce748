"""A creator's months as files: CSV for spreadsheets, JSON for programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from accounts.models import User
from payments.earnings.exporting.reports import FIRST_LINE, Row, report_line
from payments.earnings.figures import days_of
from payments.earnings.overview import MonthRow, months_of
from payments.earnings.reports import CreatorMonth, ThingLine, sums_by_thing, thing_lines
from payments.money import format_exact
from things.clicks import clicks_until

# A spreadsheet takes a field that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def months_as_csv(creator: User) -> str:
    """All months, latest first; amounts are decimals with six places."""
    header = ["period", "currency", "clicks", "gross", "fee", "net", "source"]
    rows = [
        [
            str(row.period),
            row.currency,
            str(row.clicks),
            *(format_exact(amount) for amount in (row.gross, row.fee, row.net)),
            _source(row),
        ]
        for row in months_of(creator)
    ]
    return _csv(header, rows)


def months_as_json(creator: User) -> dict[str, Any]:
    """The same for programs."""
    return {
        "creator": creator.username,
        "months": [
            {
                "period": str(row.period),
                "currency": row.currency,
                "clicks": row.clicks,
                "gross": format_exact(row.gross),
                "fee": format_exact(row.fee),
                "net": format_exact(row.net),
                "source": _source(row),
            }
            for row in months_of(creator)
        ],
    }


def month_as_csv(month: CreatorMonth) -> str:
    """A month by thing, most earned first."""
    header = ["url", "title", "currency", "clicks", "gross", "lowest", "highest", "mean", "median"]
    rows = [
        [
            line.thing.url,
            line.thing.title,
            line.currency,
            str(line.clicks),
            *(format_exact(amount) for amount in _amounts(line)),
        ]
        for line in thing_lines(month, sums_by_thing(month))
    ]
    return _csv(header, rows)


def month_as_json(month: CreatorMonth) -> dict[str, Any]:
    """A month with its totals, by thing and by day."""
    names = ("gross", "lowest", "highest", "mean", "median")
    return {
        "creator": month.creator.username,
        "period": str(month.period),
        "totals": [
            {
                "currency": total.earnings.currency,
                "clicks": total.earnings.clicks,
                "gross": format_exact(total.earnings.gross),
                "fee": format_exact(total.earnings.fee),
                "net": format_exact(total.earnings.net),
            }
            for total in month.totals
        ],
        "things": [
            {
                "id": line.thing.pk,
                "url": line.thing.url,
                "title": line.thing.title,
                "currency": line.currency,
                "clicks": line.clicks,
                **dict(zip(names, map(format_exact, _amounts(line)), strict=True)),
            }
            for line in thing_lines(month, sums_by_thing(month))
        ],
        "days": [
            {
                "on": day.on.isoformat(),
                "currency": day.currency,
                "clicks": day.clicks,
                "gross": format_exact(day.gross),
            }
            for day in days_of(month.creator, month.period)
        ],
    }


def month_as_report(month: CreatorMonth, currency: str) -> str:
    """A month in the format of Flattr's revenue report, most revenue first."""
    earned = list(month.things.filter(currency=currency).select_related("thing"))
    earned.sort(key=lambda line: (-line.gross, line.thing.url))
    totals = clicks_until(month.period, things=[line.thing_id for line in earned])
    rows = [
        Row(
            creator=month.creator.username,
            currency=currency,
            thing=line.thing_id,
            url=line.thing.url,
            title=line.thing.title,
            clicks=line.clicks,
            gross=line.gross,
            total=totals[line.thing_id],
        )
        for line in earned
    ]
    return "".join([f"{FIRST_LINE}\n", *(report_line(month.period, row) for row in rows)])


def _source(row: MonthRow) -> str:
    return "flattr" if row.imported else "obole"


def _amounts(line: ThingLine) -> tuple[int, ...]:
    return (line.gross, line.lowest, line.highest, line.mean, line.median)


def _csv(header: list[str], rows: Iterable[list[str]]) -> str:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_tame(field) for field in row] for row in rows)
    return written.getvalue()


def _tame(field: str) -> str:
    return f"'{field}" if field.startswith(_FORMULA) else field
