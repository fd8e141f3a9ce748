"""Whom a subscriber's clicks gave to."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, F

from accounts.models import User
from payments.giving.months import SubscriberMonth
from payments.giving.statements import Statement
from things.periods import Period

# More names than this say less.
NAMED = 10


@dataclass(frozen=True)
class Recipient:
    """What went to one creator by clicks, before the fee, in micros."""

    creator: User
    clicks: int
    amount: int


@dataclass(frozen=True)
class Recipients:
    """Those who got most in one currency; the others are a number and a sum."""

    currency: str
    named: list[Recipient]
    others: int
    amount_of_others: int


# As the settlement found whose each thing was: it may have another owner since.
_SETTLED = """
    SELECT given.currency, given.creator_id, given.clicks, given.amount, given.creators, given.whole
    FROM (
        SELECT budget.currency, earned.creator_id, count(*) AS clicks,
            sum(budget.share)::bigint AS amount,
            count(*) OVER (PARTITION BY budget.currency) AS creators,
            (sum(sum(budget.share)) OVER (PARTITION BY budget.currency))::bigint AS whole,
            row_number() OVER (
                PARTITION BY budget.currency
                ORDER BY sum(budget.share) DESC, earned.creator_id
            ) AS place
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
    ) AS given
    WHERE given.place <= %(named)s
    ORDER BY given.currency, given.place
"""


def recipients_of(
    *, subscriber: User, first: Period, last: Period, named: int = NAMED
) -> list[Recipients]:
    """Whom the settled months from a first to a last one gave to. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(
            _SETTLED,
            {
                "subscriber": subscriber.pk,
                "first": first.first_day,
                "last": last.first_day,
                "named": named,
            },
        )
        rows = cursor.fetchall()
    users = User.objects.in_bulk({row[1] for row in rows})
    found = []
    for currency in dict.fromkeys(row[0] for row in rows):
        of_currency = [row for row in rows if row[0] == currency]
        most = [Recipient(users[row[1]], row[2], row[3]) for row in of_currency]
        creators, whole = of_currency[0][4], of_currency[0][5]
        rest = whole - sum(one.amount for one in most)
        found.append(Recipients(currency, most, creators - len(most), rest))
    return found


def recipients_of_month(
    subscriber: User, month: SubscriberMonth, *, named: int = NAMED
) -> list[Recipients]:
    """Whom a month gave to, or would as it stands. Two queries, or none where nothing is given."""
    if month.giving is None or not month.giving.given:
        return []
    if month.is_settled:
        period = month.period
        return recipients_of(subscriber=subscriber, first=period, last=period, named=named)
    return [_recipients_now(month.giving, named)]


def _recipients_now(statement: Statement, named: int) -> Recipients:
    counting = statement.clicks.filter(counts=True).order_by()  # type: ignore[misc]  # annotation
    by_creator = counting.values(creator=F("thing__owner")).annotate(number=Count("thing"))
    rows = list(by_creator.order_by("-number", "creator"))
    users = User.objects.in_bulk({row["creator"] for row in rows[:named]})
    most = [
        Recipient(users[row["creator"]], row["number"], row["number"] * statement.share)
        for row in rows[:named]
    ]
    rest = statement.given - sum(one.amount for one in most)
    return Recipients(statement.budget.currency, most, len(rows) - len(most), rest)
