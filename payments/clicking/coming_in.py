"""Standing clicks come in: at the beginning of a period, before everything else.

Note [Before everything else]. A clock cannot run at midnight sharp, and may be late by days. So it
is the first deed of a subscriber in a period that brings their standing clicks in, in its own
transaction: their first click, a tip, or else the clock. Whichever it is, the money is held for
them before anything else can spend it, all of them count or none, and a subscriber whose turn was
interrupted has it again. The clicks of a period are worth the same, so it does not matter which of
them came first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

from django.db import connection, transaction
from psycopg import sql

from accounts.models import User
from payments.budgets.holding import free_budget, hold_budget
from things.counting import add_to_counts
from things.models import Click
from things.partitions import ensure_partition, naming_the_seal
from things.periods import Period

# What waits for a period and can come in now: neither paused nor at its end, on a thing that can
# be clicked. The last day of a term counts whole, whenever in its month the clock comes.
_READY: LiteralString = """
    FROM things_standingclick AS standing
    JOIN things_thing AS thing ON thing.id = standing.thing_id AND thing.state = 'active'
        AND thing.owner_id <> standing.subscriber_id
    JOIN accounts_user AS owner ON owner.id = thing.owner_id AND NOT owner.suspended
    WHERE standing.active AND standing.last_period < %(period)s
        AND (standing.until IS NULL OR standing.until >= %(period)s)
"""

_BRING_IN: LiteralString = """
    WITH ready AS MATERIALIZED (
        SELECT standing.id, standing.thing_id, standing.visibility {ready}
            AND standing.subscriber_id = %(subscriber)s
        FOR NO KEY UPDATE OF standing
    ), counted AS (
        INSERT INTO things_click (period, subscriber_id, thing_id, clicked_at, visibility)
        SELECT %(period)s, %(subscriber)s, thing_id, %(at)s, visibility
        FROM ready ORDER BY thing_id
        ON CONFLICT DO NOTHING
        RETURNING thing_id
    ), noted AS (
        UPDATE things_standingclick AS standing SET last_period = %(period)s
        FROM ready WHERE standing.id = ready.id
    )
    SELECT (SELECT count(*) FROM ready),
        (SELECT coalesce(array_agg(thing_id), '{{}}') FROM counted)
"""

_IS_WAITING: LiteralString = """
    SELECT EXISTS (SELECT {ready} AND standing.subscriber_id = %(subscriber)s)
"""

# For whom something waits, and whether they have the means: their budget is held, or their wallet
# covers it. Who paused or stopped theirs wants nothing to come in; who has no means and was told so
# is not asked for again before they are there.
_WAITING: LiteralString = """
    SELECT subscriber.id, means.covered
    FROM (
        SELECT DISTINCT standing.subscriber_id AS id {ready}
            AND standing.subscriber_id BETWEEN %(first)s AND %(last)s
    ) AS waiting
    JOIN accounts_user AS subscriber ON subscriber.id = waiting.id
        AND subscriber.is_active AND NOT subscriber.suspended
    LEFT JOIN payments_budget AS budget ON budget.subscriber_id = waiting.id
        AND budget.period = %(period)s AND budget.held_at IS NOT NULL
    LEFT JOIN payments_plan AS plan ON plan.subscriber_id = waiting.id
    LEFT JOIN payments_ledgeraccount AS wallet ON wallet.owner_id = waiting.id
        AND wallet.kind = 'wallet' AND wallet.currency = plan.currency AND wallet.rail = ''
    CROSS JOIN LATERAL (
        SELECT budget.id IS NOT NULL
            OR coalesce(wallet.balance - wallet.held >= plan.amount, FALSE) AS covered
    ) AS means
    WHERE (budget.id IS NOT NULL OR plan.id IS NULL OR NOT (plan.paused OR plan.stopped))
        AND (means.covered OR NOT EXISTS (
            SELECT FROM payments_skippedperiod AS told
            WHERE told.subscriber_id = waiting.id AND told.period = %(period)s
        ))
    ORDER BY subscriber.id
"""


@dataclass(frozen=True)
class Waiting:
    """A subscriber for whom standing clicks wait, and whether there are means for them."""

    subscriber_id: int
    covered: bool


def bring_in(*, subscriber: User, period: Period, at: datetime) -> int:
    """Let a subscriber's standing clicks of a period come in as clicks of a moment, all at once.

    The caller holds the period's budget and has its row locked. Returns how many came in; those
    that were clicked already in the period are among them. One statement.
    """
    ((came_in, things),) = _fetch(_BRING_IN, period, subscriber=subscriber.pk, at=at)
    if things:
        transaction.on_commit(lambda: add_to_counts(things, 1))
    return int(came_in)


def let_in(*, subscriber: User, period: Period, at: datetime) -> int:
    """Let what waits for a subscriber in a period come in, and hold the budget for it.

    Returns how many came in; 0, with one query, where nothing waits. Safe to run again at any
    time: each comes in once a period, also where its subscriber took the click back. Raises
    NoMeans (of payments.budgets.holding) or PeriodSealed; then nothing has changed.
    """
    if subscriber.suspended or not _is_waiting(subscriber, period):
        return 0
    ensure_partition(period)
    with naming_the_seal():
        budget = hold_budget(subscriber=subscriber, period=period, at=at)
        came_in = bring_in(subscriber=subscriber, period=period, at=at)
        # Paused between the question and the lock: then there may be nothing to hold it for.
        if not Click.objects.in_period(period).filter(subscriber=subscriber).exists():
            free_budget(budget)
    return came_in


def waiting_in(period: Period, *, first: int = 0, last: int = 2**63 - 1) -> list[Waiting]:
    """Those for whom something is to be done in a period, with numbers in a range. One query.

    Their standing clicks can come in, or they are to be told that there are no means.
    """
    return [Waiting(*row) for row in _fetch(_WAITING, period, first=first, last=last)]


def _is_waiting(subscriber: User, period: Period) -> bool:
    ((waits,),) = _fetch(_IS_WAITING, period, subscriber=subscriber.pk)
    return bool(waits)


def _fetch(
    statement: LiteralString, period: Period, **values: int | datetime
) -> list[tuple[Any, ...]]:
    composed: Any = sql.SQL(statement).format(ready=sql.SQL(_READY))
    with connection.cursor() as cursor:
        cursor.execute(composed, {"period": period.first_day, **values})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
