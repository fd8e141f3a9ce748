"""Whom a subscriber gave to, by clicks and by tips."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, LiteralString

from django.db import connection
from django.db.models import Count

from accounts.models import User
from payments.giving.months import SubscriberMonth
from things.periods import Period

# More names than this say less.
NAMED = 10


@dataclass(frozen=True)
class Recipient:
    """What went to one creator, before the fee, in micros: by clicks, and `tips` of it by tips."""

    creator: User
    clicks: int
    tips: int
    amount: int


@dataclass(frozen=True)
class Recipients:
    """Those who got most in one currency; the others are a number and a sum."""

    currency: str
    named: list[Recipient]
    others: int
    amount_of_others: int


# As the settlement found whose each thing was: it may have another owner since.
_CLICKS: LiteralString = """
    SELECT budget.currency, earned.creator_id, count(*)::int AS clicks, 0::bigint AS tips,
        sum(budget.share)::bigint AS amount
    FROM payments_budget AS budget
    JOIN things_click AS click
        ON click.period = budget.period AND click.subscriber_id = budget.subscriber_id
    JOIN payments_thingearnings AS earned ON earned.thing_id = click.thing_id
        AND earned.period = click.period AND earned.currency = budget.currency
    WHERE budget.subscriber_id = %(subscriber)s AND click.subscriber_id = %(subscriber)s
        AND budget.period BETWEEN %(first)s AND %(last)s
        AND click.period BETWEEN %(first)s AND %(last)s
        AND budget.share > 0
    GROUP BY budget.currency, earned.creator_id
"""

# What the clicks of a month that is not settled would give, by creator.
_CLICKS_NOW: LiteralString = """
    SELECT %(currency)s::text, now.creator, now.clicks, 0::bigint, now.clicks * %(share)s::bigint
    FROM unnest(%(creators)s::bigint[], %(clicks)s::int[]) AS now (creator, clicks)
"""

# One that was taken back went to nobody.
_TIPS: LiteralString = """
    SELECT currency, creator_id, 0, sum(amount)::bigint, sum(amount)::bigint
    FROM payments_tip
    WHERE giver_id = %(subscriber)s AND taken_back_at IS NULL
        AND given_at >= %(starts_at)s AND given_at < %(ends_at)s
    GROUP BY currency, creator_id
"""

_MOST: LiteralString = """
    SELECT given.currency, given.creator_id, given.clicks, given.tips, given.amount,
        given.creators, given.whole
    FROM (
        SELECT part.currency, part.creator_id, sum(part.clicks)::int AS clicks,
            sum(part.tips)::bigint AS tips, sum(part.amount)::bigint AS amount,
            count(*) OVER (PARTITION BY part.currency) AS creators,
            (sum(sum(part.amount)) OVER (PARTITION BY part.currency))::bigint AS whole,
            row_number() OVER (
                PARTITION BY part.currency ORDER BY sum(part.amount) DESC, part.creator_id
            ) AS place
        FROM ({clicks} UNION ALL {tips}) AS part (currency, creator_id, clicks, tips, amount)
        GROUP BY part.currency, part.creator_id
    ) AS given
    WHERE given.place <= %(named)s
    ORDER BY given.currency, given.place
"""


def recipients_of(
    *, subscriber: User, first: Period, last: Period, named: int = NAMED
) -> list[Recipients]:
    """Whom the settled months from a first to a last one gave to, and their tips. Two queries."""
    return _found(_CLICKS, _asked(subscriber, first, last, named))


def recipients_of_month(
    subscriber: User, month: SubscriberMonth, *, named: int = NAMED
) -> list[Recipients]:
    """Whom a month gave to, or would as it stands, and its tips. At most three queries."""
    asked = _asked(subscriber, month.period, month.period, named)
    if month.giving is None or month.is_settled:
        return _found(_CLICKS, asked)
    counting = month.giving.clicks.filter(counts=True).order_by()  # type: ignore[misc]
    by_creator = dict(
        counting.values_list("thing__owner").annotate(number=Count("thing")).order_by()
    )
    now = {
        "currency": month.giving.budget.currency,
        "share": month.giving.share,
        "creators": list(by_creator),
        "clicks": list(by_creator.values()),
    }
    return _found(_CLICKS_NOW, asked | now)


def _asked(subscriber: User, first: Period, last: Period, named: int) -> dict[str, Any]:
    return {
        "subscriber": subscriber.pk,
        "first": first.first_day,
        "last": last.first_day,
        "starts_at": first.starts_at,
        "ends_at": last.ends_at,
        "named": named,
    }


def _found(clicks: LiteralString, asked: dict[str, Any]) -> list[Recipients]:
    with connection.cursor() as cursor:
        cursor.execute(_MOST.format(clicks=clicks, tips=_TIPS), asked)
        rows = cursor.fetchall()
    users = User.objects.in_bulk({row[1] for row in rows})
    found = []
    for currency in dict.fromkeys(row[0] for row in rows):
        of_currency = [row for row in rows if row[0] == currency]
        most = [Recipient(users[row[1]], *row[2:5]) for row in of_currency]
        creators, whole = of_currency[0][5:]
        rest = whole - sum(one.amount for one in most)
        found.append(Recipients(currency, most, creators - len(most), rest))
    return found
