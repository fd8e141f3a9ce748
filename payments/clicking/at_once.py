"""The clicks of connected readers in one statement: most clicks, and the fastest."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

import psycopg
from django.db import Error, connection

from payments.clicking.connecting import USE_NOTED_EVERY, digest_of
from payments.clicking.together import Together
from things.counting import count_after_clicks
from things.periods import Period

# Any number lets a statement be prepared that asks for it.
_PREPARE_AFTER = 5

# Everything that `record_click` and `check_site` ask, as conditions; where one fails no row is
# inserted, and the caller goes the long way, which names the reason. So does who clicks while
# another click of theirs is under way: nobody waits here for somebody else's. The lock on the
# budget's row stops the last click taken back from lifting the hold meanwhile.
# From which page it came is noted beside it: the connected site. From where, by a digest: Note
# [Addresses for two months].
_CLICKS = """
WITH asked AS (
    SELECT * FROM unnest(
        %(secrets)b::bytea[], %(things)b::bigint[], %(moments)b::timestamptz[],
        %(periods)b::date[], %(addresses)b::bytea[]
    ) WITH ORDINALITY AS asked (secret, thing_id, at, period, address, number)
), allowed AS (
    SELECT asked.number, asked.at, asked.address, asked.period,
        reader.id AS subscriber_id, thing.id AS thing_id, reader.visibility, site.host
    FROM asked
    JOIN things_connection AS link
        ON link.secret_sha256 = asked.secret AND link.used_at > asked.at - %(used)s::interval
    JOIN things_site AS site ON site.id = link.site_id AND site.verified_at IS NOT NULL
    JOIN things_thing AS thing ON thing.id = asked.thing_id AND thing.owner_id = site.owner_id
    JOIN accounts_user AS owner ON owner.id = thing.owner_id
    JOIN accounts_user AS reader ON reader.id = link.subscriber_id
    JOIN payments_budget AS budget
        ON budget.subscriber_id = reader.id AND budget.period = asked.period
    WHERE thing.state = 'active' AND NOT owner.suspended
        AND reader.is_active AND NOT reader.suspended AND reader.id <> owner.id
        AND budget.held_at IS NOT NULL AND budget.share IS NULL
    FOR NO KEY UPDATE OF budget SKIP LOCKED
), inserted AS (
    INSERT INTO things_click (period, subscriber_id, thing_id, clicked_at, visibility)
    SELECT period, subscriber_id, thing_id, at, visibility FROM allowed
    ON CONFLICT DO NOTHING
    RETURNING period, subscriber_id, thing_id
), counted AS (
    SELECT DISTINCT ON (period, subscriber_id, thing_id) *
    FROM allowed JOIN inserted USING (period, subscriber_id, thing_id)
    ORDER BY period, subscriber_id, thing_id, number
), noted AS (
    INSERT INTO payments_clickaddress (subscriber_id, period, digest)
    SELECT subscriber_id, period, address FROM counted WHERE address IS NOT NULL
    ON CONFLICT DO NOTHING
), referred AS (
    INSERT INTO things_referral (period, thing_id, page)
    SELECT period, thing_id, host FROM counted
)
SELECT number FROM counted
"""


@dataclass(frozen=True)
class Incoming:
    """A click that comes in: by the secret of a connection, from where, by its digest."""

    secret: bytes
    thing_id: int
    at: datetime
    address: bytes | None


def count_at_once(
    *, secret: str, thing_id: int, at: datetime, address: bytes | None = None
) -> int | None:
    """Count a click of a connected reader, if their budget is held and nothing stands against it.

    Returns the thing's count with it. None, with nothing changed, in every other case: the click
    counted before, there is no budget yet, the period is sealed, the connection is not good.
    `address` is the digest of where the click comes from, if that is known. Call it outside a
    transaction: the statement is one of its own, and may carry the clicks of other threads.
    """
    return _CLICKING.ask(Incoming(digest_of(secret), thing_id, at, address))


def count_together(clicks: list[Incoming]) -> list[int | None]:
    """`count_at_once` for several, in one statement: an answer for each, in order."""
    try:
        counted = _insert(clicks)
    except Error:
        # A partition is sealed, or not there yet: the long way knows what to do.
        return [None] * len(clicks)
    of_things = Counter(clicks[number].thing_id for number in counted)
    counts = count_after_clicks(of_things) if of_things else {}
    return [
        counts[click.thing_id] if number in counted else None for number, click in enumerate(clicks)
    ]


_CLICKING = Together(count_together)


def _insert(clicks: list[Incoming]) -> set[int]:
    """Insert clicks, and say which; with a plan that the connection keeps.

    To plan takes ten times as long; to write the arrays as text twice as long as in binary. An open
    connection is taken as it is: one that broke meanwhile raises, and the long way opens another.
    """
    values = {
        "secrets": [click.secret for click in clicks],
        "things": [click.thing_id for click in clicks],
        "moments": [click.at for click in clicks],
        "periods": [Period.of(click.at).first_day for click in clicks],
        "addresses": [click.address for click in clicks],
        "used": USE_NOTED_EVERY,
    }
    connection.ensure_connection()
    with connection.wrap_database_errors:
        own = connection.connection
        # Django switches this off; its own cursors have no use for it.
        own.prepare_threshold = _PREPARE_AFTER
        with psycopg.Cursor(own) as cursor:
            cursor.execute(_CLICKS, values, prepare=True)
            return {number - 1 for (number,) in cursor}
