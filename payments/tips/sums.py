"""What tips brought, by month: so that it adds up with the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from django.conf import settings
from django.db import connection

from accounts.models import User
from payments.tips.models import Tip
from things.periods import Period


@dataclass(frozen=True)
class TipsOfMonth:
    """What came to a creator by tips in a month and currency: micros, `gross` = `fee` + `net`.

    A tip that was taken back counts below zero in the month in which it was.
    """

    period: Period
    currency: str
    number: int
    gross: int
    fee: int

    @property
    def net(self) -> int:
        """What was credited, less what was taken back."""
        return self.gross - self.fee


_BY_MONTH: LiteralString = """
    SELECT date_trunc('month', moved.at AT TIME ZONE %(zone)s)::date AS month, moved.currency,
        sum(moved.number)::int, sum(moved.amount)::bigint, sum(moved.fee)::bigint
    FROM (
        SELECT given_at AS at, currency, 1 AS number, amount, fee
        FROM payments_tip
        WHERE creator_id = %(creator)s AND given_at >= %(from)s AND given_at < %(to)s
        UNION ALL
        SELECT taken_back_at, currency, -1, -amount, -fee
        FROM payments_tip
        WHERE creator_id = %(creator)s AND taken_back_at >= %(from)s AND taken_back_at < %(to)s
    ) AS moved
    GROUP BY 1, 2
    ORDER BY 1, 2
"""

_FIRST, _LAST = Period(1970, 1), Period(9000, 12)


def tips_by_month(
    creator: User, *, first: Period = _FIRST, last: Period = _LAST
) -> list[TipsOfMonth]:
    """What came to a creator by tips, a row for each month and currency, earliest first.

    One query, along the creator's tips.
    """
    asked: dict[str, int | str | datetime] = {
        "creator": creator.pk,
        "zone": settings.TIME_ZONE,
        "from": first.starts_at,
        "to": last.ends_at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BY_MONTH, asked)
        return [
            TipsOfMonth(Period(month.year, month.month), currency, number, gross, fee)
            for month, currency, number, gross, fee in cursor.fetchall()
        ]


@dataclass(frozen=True)
class TipMoved:
    """A tip that came, or was taken back: then its amounts, in micros, are below zero."""

    tip: Tip
    at: datetime
    gross: int
    fee: int


def tips_moved(creator: User, period: Period) -> list[TipMoved]:
    """What came to a creator in a month, tip by tip, and what was taken back; earliest first.

    Two queries. Adds up to `tips_by_month`.
    """
    month = (period.starts_at, period.ends_at)
    rows = Tip.objects.filter(creator=creator).select_related("giver", "thing")
    came = rows.filter(given_at__gte=month[0], given_at__lt=month[1])
    went = rows.filter(taken_back_at__gte=month[0], taken_back_at__lt=month[1])
    moved = [TipMoved(tip, tip.given_at, tip.amount, tip.fee) for tip in came]
    moved += [
        TipMoved(tip, tip.taken_back_at, -tip.amount, -tip.fee)
        for tip in went
        if tip.taken_back_at is not None
    ]
    return sorted(moved, key=lambda one: (one.at, one.tip.pk, one.gross < 0))
