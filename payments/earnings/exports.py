"""A creator's months as files: CSV for spreadsheets, JSON for programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from accounts.models import User
from payments.clicking.exclusions.asking import excluded_from_earnings
from payments.clicking.exclusions.models import Exclusion
from payments.earnings.exporting.reports import FIRST_LINE, Row, report_line
from payments.earnings.figures import days_of
from payments.earnings.overview import MonthRow, months_of
from payments.earnings.reports import CreatorMonth, ThingLine, sums_by_thing, thing_lines
from payments.money import format_exact
from payments.payouts.regiving import put_into_giving_so_far
from payments.tips.sums import TipMoved, TipsOfMonth, tips_moved
from things.clicks import clicks_until
from things.referring.counting import pages_of

# In a file; a page shows fewer.
MOST_PAGES = 10_000

# A spreadsheet takes a field that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def months_as_csv(creator: User) -> str:
    """All months, latest first; amounts are decimals with six places."""
    header = ["period", "currency", "clicks", "gross", "fee", "net", "source", *_TIPS]
    rows = [
        [
            str(row.period),
            row.currency,
            str(row.clicks),
            *(format_exact(amount) for amount in (row.gross, row.fee, row.net)),
            _source(row),
            *_tips(row).values(),
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
                **_tips(row),
            }
            for row in months_of(creator)
        ],
        "put_into_giving": [
            {
                "at": transfer.about_at.isoformat(),
                "currency": transfer.currency,
                "amount": format_exact(transfer.amount),
            }
            for transfer in put_into_giving_so_far(creator)
        ],
    }


def month_as_csv(month: CreatorMonth) -> str:
    """A month by thing, most earned first, and then each tip. `gross` adds up to that of both.

    At the end what staff excluded from the month, each with the reason and worth nothing.
    """
    header = ["url", "title", "currency", "clicks", "gross", "lowest", "highest", "mean", "median"]
    rows = [
        [
            line.thing.url,
            line.thing.title,
            line.currency,
            str(line.clicks),
            *(format_exact(amount) for amount in _amounts(line)),
            "clicks",
            "",
        ]
        for line in thing_lines(month, sums_by_thing(month))
    ]
    rows += [
        [
            moved.tip.thing.url if moved.tip.thing else "",
            moved.tip.thing.title if moved.tip.thing else "",
            moved.tip.currency,
            "0",
            format_exact(moved.gross),
            *[""] * 4,
            "tip" if moved.gross > 0 else "tip taken back",
            "",
        ]
        for moved in tips_moved(month.creator, month.period)
    ]
    rows += [
        [one.thing.url, one.thing.title, *[""] * 7, f"excluded {_what(one)}", one.reason]
        for one in excluded_from_earnings(month.creator, month.period).iterator()
    ]
    return _csv([*header, "source", "reason"], rows)


def month_as_json(month: CreatorMonth) -> dict[str, Any]:
    """A month with its totals, by thing, by day and by referring page."""
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
        "tip_totals": [
            {"currency": one.currency, "number": one.number, **_sums(one)} for one in month.tips
        ],
        "tips": [_tip(moved) for moved in tips_moved(month.creator, month.period)],
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
        "pages": [
            {"page": one.page, "clicks": one.clicks}
            for one in pages_of(month.creator, month.period, most=MOST_PAGES)
        ],
        "excluded": [
            {
                "at": one.excluded_at.isoformat(),
                "url": one.thing.url,
                "title": one.thing.title,
                "what": _what(one),
                "reason": one.reason,
            }
            for one in excluded_from_earnings(month.creator, month.period).iterator()
        ],
    }


def month_pages_as_csv(month: CreatorMonth) -> str:
    """From which pages the clicks of a month came, most first, as far as browsers said."""
    pages = pages_of(month.creator, month.period, most=MOST_PAGES)
    return _csv(["page", "clicks"], [[one.page, str(one.clicks)] for one in pages])


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


_TIPS = ("tips", "tips_gross", "tips_fee", "tips_net")


def _tips(row: MonthRow) -> dict[str, str]:
    found = row.tips
    number, *amounts = (found.number, found.gross, found.fee, found.net) if found else (0,) * 4
    return dict(zip(_TIPS, [str(number), *map(format_exact, amounts)], strict=True))


def _sums(tips: TipsOfMonth) -> dict[str, str]:
    return {name: format_exact(getattr(tips, name)) for name in ("gross", "fee", "net")}


def _tip(moved: TipMoved) -> dict[str, Any]:
    tip = moved.tip
    return {
        "at": moved.at.isoformat(),
        "currency": tip.currency,
        "gross": format_exact(moved.gross),
        "fee": format_exact(moved.fee),
        "net": format_exact(moved.gross - moved.fee),
        "giver": tip.giver.username if tip.shows_giver else None,
        "note": tip.note,
        "url": tip.thing.url if tip.thing else None,
    }


def _what(excluded: Exclusion) -> str:
    """Whether one click is excluded, whoever's it is, or all clicks on the thing."""
    return "click" if excluded.subscriber_id else "thing"


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
