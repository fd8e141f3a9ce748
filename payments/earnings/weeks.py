"""What the last week brought a creator, by mail, on Monday morning where they are.

Note [Weeks]. A week begins on Monday at midnight in the creator's time zone and ends a week later,
so it has 167 or 169 hours where clocks change. Who moves to another zone is told of the Mondays of
the zone they have when the clock comes by: a Monday that was told of is never told of again.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, LiteralString
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction

from accounts.mail.kinds import Kind
from accounts.mail.queueing import Letter, queue_mails
from accounts.models import User
from payments.earnings.figures import running_month
from payments.earnings.models import CreatorNews
from payments.money import BASIS_POINTS
from things.periods import Period

# Creators a transaction.
CHUNK = 200
# From when on Monday, and how late a clock that stood still may still tell.
FROM = time(8)
UNTIL = timedelta(days=2)
# A mail names so many things; the page that it links to has them all.
THINGS_NAMED = 5


@dataclass(frozen=True)
class Week:
    """The week before a Monday in a time zone. See Note [Weeks]."""

    zone: str
    monday: date

    def at(self, days: int) -> datetime:
        """Midnight so many days after the Monday on which it is told."""
        on = self.monday + timedelta(days=days)
        return datetime.combine(on, time(), ZoneInfo(self.zone))


_WHO: LiteralString = """
    SELECT DISTINCT thing.owner_id
    FROM things_popularity AS popularity
    JOIN things_thing AS thing ON thing.id = popularity.thing_id
    JOIN accounts_user AS owner ON owner.id = thing.owner_id AND owner.is_active
        AND NOT owner.suspended AND owner.time_zone = %(zone)s AND owner.email IS NOT NULL
    WHERE popularity.flattrs_month > 0
        AND NOT EXISTS (
            SELECT FROM payments_creatornews AS news
            WHERE news.creator_id = owner.id AND news.week_told >= %(monday)s
        )
        AND NOT EXISTS (
            SELECT FROM accounts_unwantedkind AS unwanted
            WHERE unwanted.user_id = owner.id AND unwanted.kind = %(kind)s
        )
    ORDER BY thing.owner_id LIMIT %(most)s
"""

_CLICKS: LiteralString = """
    SELECT thing.owner_id, kept.id, kept.title, kept.url,
        count(*) FILTER (WHERE click.clicked_at >= %(begins)s) AS clicks,
        count(*) FILTER (WHERE click.clicked_at < %(begins)s) AS before
    FROM things_thing AS thing
    JOIN things_click AS click ON click.thing_id = thing.id
    JOIN things_thing AS kept ON kept.id = coalesce(thing.merged_into_id, thing.id)
    WHERE thing.owner_id = ANY(%(creators)s::bigint[]) AND click.period >= %(period)s
        AND click.clicked_at >= %(before)s AND click.clicked_at < %(ends)s
    GROUP BY thing.owner_id, kept.id
    ORDER BY thing.owner_id, clicks DESC, kept.id
"""


def weeks_due(*, at: datetime) -> list[Week]:
    """The weeks to be told of now: one for each time zone that somebody is in. One query."""
    zones = User.objects.order_by("time_zone").values_list("time_zone", flat=True).distinct()
    return [week for zone in zones if (week := _due(zone, at)) is not None]


def queue_week_mails(week: Week, *, at: datetime) -> bool:
    """Queue the next mails about a week; who got no click gets none. Returns whether more wait.

    Three queries for CHUNK creators, and two for each who got clicks. Safe to run again and at
    once: a mail has a key.
    """
    asked = {
        "zone": week.zone,
        "monday": week.monday,
        "kind": Kind.WEEK_RECEIVED.value,
        "most": CHUNK,
    }
    with transaction.atomic():
        creators = [creator for (creator,) in _fetch(_WHO, asked)]
        things = _clicked(creators, week)
        people = User.objects.in_bulk(list(things))
        letters = [_letter(people[one], things[one], week, at) for one in sorted(things)]
        queue_mails([letter for letter in letters if letter is not None], kind=Kind.WEEK_RECEIVED)
        CreatorNews.objects.bulk_create(
            [CreatorNews(creator_id=creator, week_told=week.monday) for creator in creators],
            update_conflicts=True,
            unique_fields=["creator"],
            update_fields=["week_told"],
        )
    return len(creators) == CHUNK


def _due(zone: str, at: datetime) -> Week | None:
    here = at.astimezone(ZoneInfo(zone))
    monday = here.date() - timedelta(days=here.weekday())
    opens = datetime.combine(monday, FROM, ZoneInfo(zone))
    return Week(zone, monday) if opens <= at < opens + UNTIL else None


def _clicked(creators: list[int], week: Week) -> dict[int, list[tuple[Any, ...]]]:
    """The things of creators that were clicked in the week or the one before, best first."""
    found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    if not creators:
        return found
    asked = {
        "creators": creators,
        "before": week.at(-14),
        "begins": week.at(-7),
        "ends": week.at(0),
        # A click never counts in a month before its own.
        "period": Period.of(week.at(-14)).first_day,
    }
    for creator, *row in _fetch(_CLICKS, asked):
        found[creator].append(tuple(row))
    return found


def _letter(
    creator: User, things: list[tuple[Any, ...]], week: Week, at: datetime
) -> Letter | None:
    clicks, before = sum(row[3] for row in things), sum(row[4] for row in things)
    if not clicks:
        return None
    best = [
        {"title": title or url, "clicks": number}
        for _id, title, url, number, _before in things[:THINGS_NAMED]
        if number
    ]
    clicked = sum(1 for row in things if row[3])
    return Letter(
        to=creator,
        key=f"week:{week.monday}:{creator.pk}",
        context={
            "first": week.monday - timedelta(days=7),
            "last": week.monday - timedelta(days=1),
            "clicks": clicks,
            "before": before,
            "best": best,
            "more": clicked - len(best),
            "month": Period.of(at).first_day,
            "estimates": _estimates(creator, Period.of(at)),
        },
    )


def _estimates(creator: User, period: Period) -> list[dict[str, Any]]:
    """What the running month would bring if it ended now, after the fee."""
    fee = settings.FEE_BASIS_POINTS
    return [
        {"currency": currency, "net": gross - gross * fee // BASIS_POINTS}
        for currency, gross in running_month(creator, period).gross.items()
    ]


def _fetch(statement: LiteralString, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
