"""Tell givers and creators that a month is settled: a few hundred at a time, each once."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any, LiteralString

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from psycopg import sql

from accounts.mail.kinds import Kind
from accounts.mail.models import UnwantedKind
from accounts.mail.queueing import Letter, queue_mails
from accounts.models import User
from payments.budgets.models import Budget
from payments.clicking.exclusions.asking import NOT_EXCLUDED
from payments.giving.models import MonthMails
from payments.settlement.models import CreatorEarnings, Settlement
from things.periods import Period

# People a transaction: their mails are one INSERT.
CHUNK = 500
# A mail names so many things; the page that it links to has them all.
THINGS_NAMED = 5
# A month that was imported years later is nobody's news.
NEWS_FOR = timedelta(days=40)

_FIRST_CLICKS: LiteralString = """
    SELECT asked.id, thing.title, thing.url
    FROM unnest(%(users)s::bigint[]) AS asked (id)
    JOIN LATERAL (
        SELECT click.thing_id, click.clicked_at FROM things_click AS click
        WHERE click.period = %(period)s AND click.subscriber_id = asked.id
            AND click.thing_id <> ALL(%(left_out)s::bigint[]) AND {not_excluded}
        ORDER BY click.clicked_at, click.thing_id
        LIMIT %(named)s
    ) AS first ON true
    JOIN things_thing AS thing ON thing.id = first.thing_id
    ORDER BY asked.id, first.clicked_at, first.thing_id
"""

_BEST_THINGS: LiteralString = """
    SELECT asked.id, thing.title, thing.url, best.currency, best.gross
    FROM unnest(%(users)s::bigint[]) AS asked (id)
    JOIN LATERAL (
        SELECT earned.thing_id, earned.currency, earned.gross
        FROM payments_thingearnings AS earned
        WHERE earned.period = %(period)s AND earned.creator_id = asked.id
        ORDER BY earned.gross DESC, earned.thing_id, earned.currency
        LIMIT %(named)s
    ) AS best ON true
    JOIN things_thing AS thing ON thing.id = best.thing_id
    ORDER BY asked.id, best.gross DESC, best.thing_id, best.currency
"""


def months_to_mail(*, at: datetime) -> list[Settlement]:
    """The months that were settled soon after they ended and whose mails are not all queued.

    Earliest first. One query.
    """
    recent = Settlement.objects.filter(settled_at__gt=at - NEWS_FOR, mails__queued_at=None)
    found = recent.order_by("period")
    return [one for one in found if _is_news(one)]


def queue_month_mails(*, settlement: Settlement, at: datetime) -> bool:
    """Queue the next mails about a settled month. Returns whether there may be more to queue.

    Five queries for CHUNK people. Locks the row of the month's mails, so that of two callers at
    once one does nothing.
    """
    MonthMails.objects.get_or_create(settlement=settlement)
    with transaction.atomic():
        rows = MonthMails.objects.select_for_update(skip_locked=True, no_key=True)
        mails = rows.filter(settlement=settlement, queued_at=None).first()
        if mails is None:
            return False
        if last := _tell_givers(settlement, after=mails.givers_to):
            mails.givers_to = last
        elif last := _tell_creators(settlement, after=mails.creators_to):
            mails.creators_to = last
        else:
            mails.queued_at = at
        mails.save()
    return mails.queued_at is None


def _tell_givers(settlement: Settlement, *, after: int) -> int | None:
    """Queue the mails of the next givers; returns the last one, or None where all have theirs."""
    period = settlement.period
    unwanted = UnwantedKind.objects.filter(kind=Kind.MONTH_GIVEN, user=OuterRef("subscriber"))
    budgets = list(
        Budget.objects.in_period(period)
        .filter(~Exists(unwanted), subscriber__gt=after, subscriber__email__isnull=False)
        .select_related("subscriber")
        .order_by("subscriber")[:CHUNK]
    )
    titles = _titles(_FIRST_CLICKS, settlement, [budget.subscriber_id for budget in budgets])
    queue_mails(
        [
            Letter(
                to=budget.subscriber,
                key=f"month_given:{period}:{budget.subscriber_id}",
                context=_given(budget, titles[budget.subscriber_id]),
            )
            for budget in budgets
        ],
        kind=Kind.MONTH_GIVEN,
    )
    return budgets[-1].subscriber_id if budgets else None


def _tell_creators(settlement: Settlement, *, after: int) -> int | None:
    """As `_tell_givers`, for those who earned."""
    period = settlement.period
    unwanted = UnwantedKind.objects.filter(kind=Kind.MONTH_EARNED, user=OuterRef("creator"))
    earned = CreatorEarnings.objects.filter(period=period)
    earning = earned.filter(~Exists(unwanted), creator__gt=after, creator__email__isnull=False)
    keys = list(earning.order_by("creator").values_list("creator", flat=True).distinct()[:CHUNK])
    totals: dict[int, list[CreatorEarnings]] = defaultdict(list)
    for total in earned.filter(creator__in=keys).order_by("currency"):
        totals[total.creator_id].append(total)
    best = _titles(_BEST_THINGS, settlement, keys)
    creators = User.objects.in_bulk(keys)
    queue_mails(
        [
            Letter(
                to=creators[key],
                key=f"month_earned:{period}:{key}",
                context=_earned(period, totals[key], best[key]),
            )
            for key in keys
        ],
        kind=Kind.MONTH_EARNED,
    )
    return keys[-1] if keys else None


def _given(budget: Budget, first: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "month": budget.period.first_day,
        "currency": budget.currency,
        "budget": budget.amount,
        "clicks": budget.clicks,
        "share": budget.share,
        "given": budget.given,
        "remainder": budget.remainder,
        "first": first,
        "more": max(0, (budget.clicks or 0) - len(first)),
    }


def _earned(
    period: Period, totals: list[CreatorEarnings], best: list[dict[str, Any]]
) -> dict[str, Any]:
    names = ("currency", "things", "clicks", "gross", "fee", "net")
    return {
        "month": period.first_day,
        "totals": [{name: getattr(total, name) for name in names} for total in totals],
        "best": best,
        "more": max(0, sum(total.things for total in totals) - len(best)),
    }


def _titles(
    statement: LiteralString, settlement: Settlement, users: list[int]
) -> dict[int, list[dict[str, Any]]]:
    """The first things of each user: what they are called, and what else the statement says."""
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(statement).format(not_excluded=sql.SQL(NOT_EXCLUDED)),
            {
                "users": users,
                "period": settlement.period.first_day,
                "left_out": settlement.left_out_things,
                "named": THINGS_NAMED,
            },
        )
        found: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for user, title, url, *rest in cursor.fetchall():
            amounts = dict(zip(("currency", "gross"), rest, strict=False))
            found[user].append({"title": title or url, **amounts})
    return found


def _is_news(settlement: Settlement) -> bool:
    settled_at = settlement.settled_at
    return settled_at is not None and settled_at - settlement.period.ends_at <= NEWS_FOR
