"""The click of a connected reader in one statement: most clicks, and the fastest."""

from __future__ import annotations

from datetime import date, datetime

import psycopg
from django.db import DatabaseError, connection

from payments.clicking.connecting import USE_NOTED_EVERY, digest_of
from things.counting import count_after_click
from things.periods import Period

# Any number lets a statement be prepared that asks for it.
_PREPARE_AFTER = 5

_Values = dict[str, datetime | date | int | bytes | None]

# Everything that `record_click` and `check_site` ask, as conditions; where one fails no row is
# inserted, and the caller goes the long way, which names the reason. The lock on the budget's
# row stops the last click taken back from lifting the hold meanwhile.
# From which page it came is noted beside it: the connected site. From where, by a digest: Note
# [Addresses for two months].
_CLICK = """
WITH counted AS (
INSERT INTO things_click (period, subscriber_id, thing_id, clicked_at, visibility)
SELECT budget.period, reader.id, thing.id, %(at)s, reader.visibility
FROM things_connection AS link
JOIN things_site AS site ON site.id = link.site_id AND site.verified_at IS NOT NULL
JOIN things_thing AS thing ON thing.id = %(thing)s AND thing.owner_id = site.owner_id
JOIN accounts_user AS owner ON owner.id = thing.owner_id
JOIN accounts_user AS reader ON reader.id = link.subscriber_id
JOIN payments_budget AS budget ON budget.subscriber_id = reader.id AND budget.period = %(period)s
WHERE link.secret_sha256 = %(secret)s AND link.used_at > %(used)s
  AND thing.state = 'active' AND NOT owner.suspended
  AND reader.is_active AND NOT reader.suspended AND reader.id <> owner.id
  AND budget.held_at IS NOT NULL AND budget.share IS NULL
FOR NO KEY UPDATE OF budget
ON CONFLICT DO NOTHING
RETURNING period, thing_id, subscriber_id
), noted AS (
INSERT INTO payments_clickaddress (subscriber_id, period, digest)
SELECT subscriber_id, period, %(address)s::bytea FROM counted WHERE %(address)s::bytea IS NOT NULL
ON CONFLICT DO NOTHING
)
INSERT INTO things_referral (period, thing_id, page)
SELECT counted.period, counted.thing_id, site.host
FROM counted
JOIN things_connection AS link ON link.secret_sha256 = %(secret)s
JOIN things_site AS site ON site.id = link.site_id
"""


def count_at_once(
    *, secret: str, thing_id: int, at: datetime, address: bytes | None = None
) -> int | None:
    """Count a click of a connected reader, if their budget is held and nothing stands against it.

    Returns the thing's count with it. None, with nothing changed, in every other case: the click
    counted before, there is no budget yet, the period is sealed, the connection is not good.
    `address` is the digest of where the click comes from, if that is known. Call it outside a
    transaction: the statement is one of its own.
    """
    values: _Values = {
        "at": at,
        "thing": thing_id,
        "period": Period.of(at).first_day,
        "secret": digest_of(secret),
        "used": at - USE_NOTED_EVERY,
        "address": address,
    }
    try:
        counted = _insert(values)
    except DatabaseError:
        # The partition is sealed, or not there yet: the long way knows what to do.
        return None
    return count_after_click(thing_id) if counted else None


def _insert(values: _Values) -> bool:
    """Insert the click with a plan that the connection keeps: to plan takes ten times as long."""
    # Django's own cursor opens the connection or mends it, and cannot keep plans.
    with connection.cursor(), connection.wrap_database_errors:
        own = connection.connection
        # Django switches this off; its own cursors have no use for it.
        own.prepare_threshold = _PREPARE_AFTER
        with psycopg.Cursor(own) as cursor:
            cursor.execute(_CLICK, values, prepare=True)
            return bool(cursor.rowcount)
