"""Counting how popular things are, for lists that are sorted by it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

DAY, WEEK, MONTH = timedelta(days=1), timedelta(days=7), timedelta(days=30)

_COUNT = """
    WITH changed AS (
        SELECT thing_id FROM things_click WHERE clicked_at >= %(month)s
        UNION SELECT thing_id FROM things_popularity WHERE flattrs_month > 0
        UNION SELECT thing_id FROM things_popularity WHERE counted_at IS NULL
    ), kept AS (
        SELECT DISTINCT coalesce(thing.merged_into_id, thing.id) AS thing_id
        FROM changed JOIN things_thing AS thing ON thing.id = changed.thing_id
    ), family AS (
        SELECT thing_id, thing_id AS member FROM kept
        UNION ALL
        SELECT kept.thing_id, merged.id FROM kept
        JOIN things_thing AS merged ON merged.merged_into_id = kept.thing_id
    ), counted AS (
        SELECT family.thing_id,
            count(clicked_at) AS ever,
            count(*) FILTER (WHERE clicked_at >= %(month)s) AS month,
            count(*) FILTER (WHERE clicked_at >= %(week)s) AS week,
            count(*) FILTER (WHERE clicked_at >= %(day)s) AS day
        FROM family LEFT JOIN things_click AS click ON click.thing_id = family.member
        GROUP BY family.thing_id
    )
    INSERT INTO things_popularity
        (thing_id, flattrs, flattrs_month, flattrs_week, flattrs_day, trend, counted_at)
    SELECT thing_id, ever, month, week, day, 12 * day + 3 * week + month, %(at)s FROM counted
    ON CONFLICT (thing_id) DO UPDATE SET
        flattrs = excluded.flattrs, flattrs_month = excluded.flattrs_month,
        flattrs_week = excluded.flattrs_week, flattrs_day = excluded.flattrs_day,
        trend = excluded.trend, counted_at = excluded.counted_at
"""


def count_popularity(*, at: datetime) -> int:
    """Count anew what was clicked in the 30 days before a moment, or was when last counted.

    A thing that was never counted is counted too, with all its clicks. Returns how many things
    were counted.
    """
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"at": at, "month": at - MONTH, "week": at - WEEK, "day": at - DAY})
        return int(cursor.rowcount)
