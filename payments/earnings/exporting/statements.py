"""The rows of each exported file, as PostgreSQL's COPY writes them.

Sorted by the first column and then by further ones until no two rows are equal, byte by byte
(`COLLATE "C"`): the order depends neither on the order of insertion nor on numbers of rows. Micros
become six decimals by multiplication, which is exact; a division would round large amounts.
"""

from __future__ import annotations

from typing import LiteralString

# Import refuses control characters; a title that came in otherwise may have them.
TITLE: LiteralString = r"regexp_replace(thing.title, '[\x01-\x1f\x7f-\x9f\u2028\u2029]+', ' ', 'g')"

STATEMENT: LiteralString = """
    SELECT subscriber.username AS subscriber, budget.currency, budget.amount * 0.000001 AS budget,
        budget.clicks, budget.share * 0.000001 AS share, budget.remainder * 0.000001 AS remainder
    FROM payments_budget AS budget
    JOIN accounts_user AS subscriber ON subscriber.id = budget.subscriber_id
    WHERE budget.period = {period}
    ORDER BY subscriber.username COLLATE "C"
"""

EARNINGS: LiteralString = """
    SELECT thing.url, creator.username AS creator, earned.currency, earned.clicks,
        earned.gross * 0.000001 AS gross, earned.lowest * 0.000001 AS lowest,
        earned.highest * 0.000001 AS highest
    FROM payments_thingearnings AS earned
    JOIN things_thing AS thing ON thing.id = earned.thing_id
    JOIN accounts_user AS creator ON creator.id = earned.creator_id
    WHERE earned.period = {period}
    ORDER BY thing.url COLLATE "C", earned.currency COLLATE "C"
"""

CREATORS: LiteralString = """
    SELECT creator.username AS creator, earned.currency, earned.things, earned.clicks,
        earned.gross * 0.000001 AS gross, earned.fee * 0.000001 AS fee,
        earned.net * 0.000001 AS net
    FROM payments_creatorearnings AS earned
    JOIN accounts_user AS creator ON creator.id = earned.creator_id
    WHERE earned.period = {period}
    ORDER BY creator.username COLLATE "C", earned.currency COLLATE "C"
"""

# The three that import_month reads: what counted, so that it settles to the same.
THINGS: LiteralString = """
    SELECT thing.url, creator.username AS creator, {title} AS title, thing.category, thing.language
    FROM (
        SELECT DISTINCT thing_id, creator_id FROM payments_thingearnings WHERE period = {period}
    ) AS earned
    JOIN things_thing AS thing ON thing.id = earned.thing_id
    JOIN accounts_user AS creator ON creator.id = earned.creator_id
    ORDER BY thing.url COLLATE "C"
"""

BUDGETS: LiteralString = """
    SELECT subscriber.username AS subscriber, budget.amount * 0.000001 AS amount, budget.currency
    FROM payments_budget AS budget
    JOIN accounts_user AS subscriber ON subscriber.id = budget.subscriber_id
    WHERE budget.period = {period}
    ORDER BY subscriber.username COLLATE "C"
"""

CLICKS: LiteralString = """
    SELECT to_char(click.clicked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US+00:00')
            AS clicked_at,
        subscriber.username AS subscriber, thing.url
    FROM {clicks} AS click
    JOIN accounts_user AS subscriber ON subscriber.id = click.subscriber_id
    JOIN things_thing AS thing ON thing.id = click.thing_id
    WHERE click.subscriber_id <> ALL({left_out_subscribers}::bigint[])
        AND click.thing_id <> ALL({left_out_things}::bigint[]) AND {not_excluded}
    ORDER BY click.clicked_at, subscriber.username COLLATE "C", thing.url COLLATE "C"
"""

# Flattr's report, a row a thing, a creator after the other.
REPORTS: LiteralString = """
    SELECT creator.username, earned.currency, thing.id, thing.url, {title}, earned.clicks,
        earned.gross, total.clicks
    FROM payments_thingearnings AS earned
    JOIN things_thing AS thing ON thing.id = earned.thing_id
    JOIN accounts_user AS creator ON creator.id = earned.creator_id
    JOIN (
        SELECT thing_id, sum(clicks) AS clicks
        FROM payments_thingearnings WHERE period <= {period}
        GROUP BY thing_id
    ) AS total ON total.thing_id = earned.thing_id
    WHERE earned.period = {period}
    ORDER BY creator.username COLLATE "C", earned.currency COLLATE "C", earned.gross DESC,
        thing.url COLLATE "C"
"""
