"""How many clicks a thing has: true in PostgreSQL, remembered in Redis.

Note [Counts]. No row is updated when a click comes in: a popular thing's row would be a queue.
Redis remembers a count for LIFE seconds and adds what is clicked meanwhile, if it knows the
count at all; then PostgreSQL is asked again. So whatever is lost on the way (a crash between
commit and Redis, a click that comes between counting and remembering, an import, an empty
Redis) is put right after LIFE seconds, and a process may hold on to an answer for HELD more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from typing import cast

import redis
from django.conf import settings
from django.db import connection

LIFE = 5
HELD = 4

# With what was merged into each; what was merged itself has the count of where it went.
_COUNT = """
    WITH asked AS (
        SELECT id, coalesce(merged_into_id, id) AS kept FROM things_thing WHERE id = ANY(%(things)s)
    ), family AS (
        SELECT id, kept AS member FROM asked
        UNION ALL
        SELECT asked.id, merged.id FROM asked
        JOIN things_thing AS merged ON merged.merged_into_id = asked.kept
    )
    SELECT family.id, count(*) FROM family
    JOIN things_click AS click ON click.thing_id = family.member
    GROUP BY family.id
"""

# False becomes None in the answer.
_ADD = """
    local counts = {}
    for number, key in ipairs(KEYS) do
        local known = redis.call('exists', key) == 1
        counts[number] = known and redis.call('incrby', key, ARGV[number])
    end
    return counts
"""


def count_of(thing_id: int) -> int:
    """All clicks of a thing, in all periods, at most LIFE seconds ago."""
    return counts_of([thing_id])[thing_id]


def counts_of(thing_ids: Sequence[int]) -> dict[int, int]:
    """The counts of several things; one query for those that Redis does not know."""
    if not thing_ids:
        return {}
    known = dict(zip(thing_ids, _remembered(thing_ids), strict=True))
    unknown = [thing_id for thing_id, count in known.items() if count is None]
    counted = _counted(unknown)
    _remember(counted)
    return {thing_id: counted.get(thing_id, known[thing_id] or 0) for thing_id in thing_ids}


def add_to_count(thing_id: int, difference: int) -> None:
    """Add to a count that Redis remembers; for `on_commit`. Does nothing where it knows none."""
    add_to_counts([thing_id], difference)


def count_after_clicks(clicks: Mapping[int, int]) -> dict[int, int]:
    """The counts of things with clicks, so many of each, that were committed just now.

    One question to Redis; to PostgreSQL where Redis does not know all of them.
    """
    try:
        added = dict(zip(clicks, _add(clicks), strict=True))
    except redis.RedisError:
        added = dict.fromkeys(clicks)
    known = {thing_id: count for thing_id, count in added.items() if count is not None}
    return known | counts_of(list(clicks.keys() - known))


def add_to_counts(thing_ids: Sequence[int], difference: int) -> None:
    """Add to several counts in one go, as `add_to_count`."""
    with suppress(redis.RedisError):  # Then they are stale for LIFE seconds at most: Note [Counts].
        _add(dict.fromkeys(thing_ids, difference))


def _add(differences: Mapping[int, int]) -> list[int | None]:
    """The counts after it; None where Redis knows none, and adds nothing."""
    keys = map(_key, differences)
    answer = _redis(settings.REDIS_URL).eval(_ADD, len(differences), *keys, *differences.values())
    return cast("list[int | None]", answer)


def _counted(thing_ids: list[int]) -> dict[int, int]:
    if not thing_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"things": thing_ids})
        return dict.fromkeys(thing_ids, 0) | dict(cursor.fetchall())


def _remembered(thing_ids: Sequence[int]) -> list[int | None]:
    try:
        found = _redis(settings.REDIS_URL).mget([_key(thing_id) for thing_id in thing_ids])
    except redis.RedisError:
        return [None] * len(thing_ids)
    return [None if count is None else int(count) for count in found]


def _remember(counts: dict[int, int]) -> None:
    if not counts:
        return
    try:
        with _redis(settings.REDIS_URL).pipeline(transaction=False) as pipeline:
            for thing_id, count in counts.items():
                pipeline.set(_key(thing_id), count, ex=LIFE)
            pipeline.execute()
    except redis.RedisError:
        return  # Then the next reader counts again.


def _key(thing_id: int) -> str:
    return f"obole:count:{thing_id}"


@cache
def _redis(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
