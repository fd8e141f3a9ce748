"""Telling creators of the first click ever on something of theirs: once, and never years later."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, LiteralString

from django.db import connection, transaction

from accounts.mail.kinds import Kind
from accounts.mail.queueing import Letter, queue_mails
from accounts.models import User
from payments.earnings.models import CreatorNews

# Creators a transaction.
CHUNK = 200
# The first click of a month that was imported years later is nobody's news.
NEWS_FOR = timedelta(days=2)

# What was clicked in the last day are few things, found by an index (`things.popularity`).
_WHO: LiteralString = """
    SELECT DISTINCT thing.owner_id
    FROM things_popularity AS popularity
    JOIN things_thing AS thing ON thing.id = popularity.thing_id
    JOIN accounts_user AS owner ON owner.id = thing.owner_id
        AND owner.is_active AND NOT owner.suspended
    WHERE popularity.flattrs_day > 0 AND NOT EXISTS (
        SELECT FROM payments_creatornews AS news
        WHERE news.creator_id = thing.owner_id AND news.first_click_at IS NOT NULL
    )
    ORDER BY thing.owner_id LIMIT %(most)s
"""

_FIRST: LiteralString = """
    SELECT asked.id, first.clicked_at, first.id, first.title, first.url
    FROM unnest(%(creators)s::bigint[]) AS asked (id)
    JOIN LATERAL (
        SELECT click.clicked_at, thing.id, thing.title, thing.url
        FROM things_thing AS thing JOIN things_click AS click ON click.thing_id = thing.id
        WHERE thing.owner_id = asked.id
        ORDER BY click.clicked_at, thing.id LIMIT 1
    ) AS first ON true
"""


def tell_of_first_clicks(*, at: datetime) -> int:
    """Tell the next creators who got a first click within NEWS_FOR, and note it of all others.

    Returns how many creators were noted; 0 where none is left. Three queries for CHUNK creators.
    A click that was taken back before anybody looked was none.
    """
    with transaction.atomic():
        creators = [creator for (creator,) in _fetch(_WHO, {"most": CHUNK})]
        firsts = _fetch(_FIRST, {"creators": creators}) if creators else []
        people = User.objects.in_bulk([creator for creator, *_ in firsts])
        queue_mails(
            [
                Letter(
                    to=people[creator],
                    key=f"first_click:{creator}",
                    context={"title": title or url, "thing": thing, "clicked_at": clicked_at},
                )
                for creator, clicked_at, thing, title, url in firsts
                if clicked_at > at - NEWS_FOR
            ],
            kind=Kind.FIRST_CLICK,
        )
        CreatorNews.objects.bulk_create(
            [CreatorNews(creator_id=row[0], first_click_at=row[1]) for row in firsts],
            update_conflicts=True,
            unique_fields=["creator"],
            update_fields=["first_click_at"],
        )
    return len(firsts)


def _fetch(statement: LiteralString, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
