"""Noting from which page a click came, and adding up. See Note [Without who clicked]."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import LiteralString

from django.db import connection

from accounts.models import User
from things.periods import Period
from things.referring.models import Referral

# One statement: what is taken away is added in the same moment.
_ADD_UP: LiteralString = """
    WITH gone AS (DELETE FROM things_referral RETURNING period, thing_id, page)
    INSERT INTO things_referredclicks AS known (period, thing_id, page, clicks)
    SELECT gone.period, gone.thing_id, gone.page, count(*)
    FROM gone JOIN things_thing AS thing ON thing.id = gone.thing_id
    GROUP BY gone.period, gone.thing_id, gone.page ORDER BY gone.thing_id, gone.page
    ON CONFLICT (thing_id, period, page) DO UPDATE SET clicks = known.clicks + excluded.clicks
"""

_PAGES: LiteralString = """
    SELECT page, sum(clicks)::int AS clicks FROM (
        SELECT known.page, known.clicks FROM things_thing AS thing
        JOIN things_referredclicks AS known
            ON known.thing_id = thing.id AND known.period = %(period)s
        WHERE thing.owner_id = %(creator)s
        UNION ALL
        SELECT fresh.page, 1 FROM things_referral AS fresh
        JOIN things_thing AS thing ON thing.id = fresh.thing_id AND thing.owner_id = %(creator)s
        WHERE fresh.period = %(period)s
    ) AS noted
    GROUP BY page ORDER BY clicks DESC, page LIMIT %(most)s
"""


@dataclass(frozen=True)
class ReferringPage:
    """A page, as host and path, and how many clicks came from it."""

    page: str
    clicks: int


def note_referral(*, thing_id: int, period: Period, page: str) -> None:
    """Note that a click came from a page, in the transaction of the click."""
    if page:
        Referral.objects.create(thing_id=thing_id, period=period, page=page)


def add_up_referrals() -> int:
    """Add up what was noted. Returns how many numbers changed. Safe to run at once and again."""
    with connection.cursor() as cursor:
        cursor.execute(_ADD_UP)
        return int(cursor.rowcount)


def pages_of(creator: User, period: Period, *, most: int) -> list[ReferringPage]:
    """From which pages clicks on a creator's things came in a period, most first. One query."""
    asked: dict[str, date | int] = {
        "creator": creator.pk,
        "period": period.first_day,
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PAGES, asked)
        return [ReferringPage(*row) for row in cursor.fetchall()]
