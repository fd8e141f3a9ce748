"""What clicks on a creator's things are worth, added up where they lie: by thing and by day.

In a settled period a click is worth the share of its subscriber's budget; before, what that share
would be if the month ended now. Amounts in micros, before the fee.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, LiteralString

from django.conf import settings
from django.db import connection
from psycopg import sql

from accounts.models import User
from payments.clicking.exclusions.asking import NOT_EXCLUDED
from payments.clicking.taking_part import TAKES_PART
from payments.settlement.models import Settlement
from things.periods import Period

# An estimate looks at the clicks of so many subscribers; of more it takes a part and scales it up.
SAMPLE = 5000


@dataclass(frozen=True)
class Day:
    """The clicks of one day in the site's time zone, and what they are worth in a currency."""

    on: date
    currency: str
    clicks: int
    gross: int


@dataclass(frozen=True)
class ThingSoFar:
    """What a thing would have earned in a currency if the running month ended now."""

    thing_id: int
    currency: str
    clicks: int
    gross: int


@dataclass(frozen=True)
class Running:
    """A period as it builds up. `sampled`: only a part of the clicks was looked at."""

    clicks: int
    things: list[ThingSoFar]
    days: list[Day]
    sampled: bool

    @property
    def gross(self) -> dict[str, int]:
        """The estimate by currency."""
        totals: dict[str, int] = {}
        for thing in self.things:
            totals[thing.currency] = totals.get(thing.currency, 0) + thing.gross
        return dict(sorted(totals.items()))


def days_of(creator: User, period: Period) -> list[Day]:
    """A settled period of a creator by day, earliest first: exact, in one query."""
    settlement = Settlement.objects.filter(period=period).first()
    left_out = {
        "left_out_subscribers": settlement.left_out_subscribers if settlement else [],
        "left_out_things": settlement.left_out_things if settlement else [],
    }
    rows = _execute(_SETTLED_DAYS, {**_asked(creator, period), **left_out})
    return [Day(*row) for row in rows]


def medians_of(things: Iterable[int], creator: User, period: Period) -> dict[tuple[int, str], int]:
    """The median of what a click was worth, by thing and currency, in a settled period.

    With what was merged into each. Of an even number of clicks the mean of the middle two, rounded
    down. One query.
    """
    rows = _execute(_MEDIANS, {**_asked(creator, period), "things": list(things)})
    return {(thing_id, currency): median for thing_id, currency, median in rows}


def running_month(creator: User, period: Period) -> Running:
    """The clicks of a period that is not settled, and an estimate of what they are worth.

    Exact as of now up to SAMPLE clicks; of more, those of every n-th subscriber are looked at and
    scaled up, so the time is bounded by the creator's own clicks, which are only counted.
    """
    asked = _asked(creator, period)
    [(clicks,)] = _execute(_COUNT, asked)
    every = max(1, -(-clicks // SAMPLE))
    rows = _execute(_RUNNING, {**asked, "every": every})
    things: dict[tuple[str, int], ThingSoFar] = {}
    days: dict[tuple[date, str], Day] = {}
    for thing_id, on, currency, counted, gross in rows:
        more, worth = counted * every, gross * every
        thing = things.get((currency, thing_id), ThingSoFar(thing_id, currency, 0, 0))
        things[currency, thing_id] = replace(
            thing, clicks=thing.clicks + more, gross=thing.gross + worth
        )
        day = days.get((on, currency), Day(on, currency, 0, 0))
        days[on, currency] = replace(day, clicks=day.clicks + more, gross=day.gross + worth)
    ordered = sorted(things.values(), key=lambda one: (one.currency, -one.gross, one.thing_id))
    return Running(clicks, ordered, [days[key] for key in sorted(days)], sampled=every > 1)


def _asked(creator: User, period: Period) -> dict[str, Any]:
    return {"creator": creator.pk, "period": period.first_day, "zone": settings.TIME_ZONE}


def _execute(statement: LiteralString, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        parts = {"not_excluded": sql.SQL(NOT_EXCLUDED), "takes_part": sql.SQL(TAKES_PART)}
        cursor.execute(sql.SQL(statement).format(**parts), parameters)
        return list(cursor.fetchall())


_SETTLED_DAYS: LiteralString = """
    SELECT (click.clicked_at AT TIME ZONE %(zone)s)::date AS day, budget.currency, count(*)::int,
        sum(budget.share)::bigint
    FROM things_thing AS thing
    JOIN things_click AS click ON click.thing_id = thing.id
    JOIN payments_budget AS budget
        ON budget.period = %(period)s AND budget.subscriber_id = click.subscriber_id
    WHERE thing.owner_id = %(creator)s AND click.period = %(period)s
        AND click.subscriber_id <> ALL(%(left_out_subscribers)s::bigint[])
        AND click.thing_id <> ALL(%(left_out_things)s::bigint[])
        AND {not_excluded}
        AND budget.share IS NOT NULL
    GROUP BY day, budget.currency ORDER BY day, budget.currency
"""

_MEDIANS: LiteralString = """
    SELECT own.thing_id, budget.currency,
        (percentile_disc(0.5) WITHIN GROUP (ORDER BY budget.share)
            + percentile_disc(0.5) WITHIN GROUP (ORDER BY budget.share DESC)) / 2
    FROM (
        SELECT coalesce(thing.merged_into_id, thing.id) AS thing_id, click.subscriber_id
        FROM things_thing AS thing
        JOIN things_click AS click ON click.thing_id = thing.id
        WHERE click.period = %(period)s AND thing.owner_id = %(creator)s AND {not_excluded}
            AND (thing.id = ANY(%(things)s) OR thing.merged_into_id = ANY(%(things)s))
    ) AS own
    JOIN payments_budget AS budget
        ON budget.period = %(period)s AND budget.subscriber_id = own.subscriber_id
    WHERE budget.share IS NOT NULL
    GROUP BY own.thing_id, budget.currency
"""

_COUNT: LiteralString = """
    SELECT count(*)
    FROM things_thing AS thing
    JOIN things_click AS click ON click.thing_id = thing.id
    WHERE thing.owner_id = %(creator)s AND click.period = %(period)s AND {takes_part}
"""

_RUNNING: LiteralString = """
    SELECT own.thing_id, (own.clicked_at AT TIME ZONE %(zone)s)::date AS day, budget.currency,
        count(*)::int, sum(budget.amount / counted.clicks)::bigint
    FROM (
        SELECT coalesce(thing.merged_into_id, thing.id) AS thing_id, click.subscriber_id,
            click.clicked_at
        FROM things_thing AS thing
        JOIN things_click AS click ON click.thing_id = thing.id
        WHERE thing.owner_id = %(creator)s AND click.period = %(period)s
            AND mod(click.subscriber_id, %(every)s) = 0 AND {takes_part}
    ) AS own
    JOIN payments_budget AS budget
        ON budget.period = %(period)s AND budget.subscriber_id = own.subscriber_id
    JOIN accounts_user AS subscriber
        ON subscriber.id = own.subscriber_id AND NOT subscriber.suspended
    JOIN LATERAL (
        SELECT count(*) AS clicks FROM things_click AS click
        WHERE click.period = %(period)s AND click.subscriber_id = own.subscriber_id
            AND {takes_part}
    ) AS counted ON counted.clicks > 0
    GROUP BY own.thing_id, day, budget.currency
"""
