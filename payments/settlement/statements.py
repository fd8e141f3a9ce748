"""The SQL of the month end: one statement a stage and shard, done where the rows are.

Statements are made of the fragments, which name relations, so that the settlement (which writes
each step down) and the dry run (which chains them in one query) cannot differ in their
arithmetic. Amounts are in micros; `{clicks}` is the table of the period's clicks. `payments_sum`
is `sum` of bigints that stays a bigint, and fails where that is too small.
`payments.settlement.division` is the same in Python.
"""

from __future__ import annotations

from typing import LiteralString

# Left-out rows are rare: without any, the condition costs nothing because it is not there.
WITHOUT_LEFT_OUT: LiteralString = (
    " AND click.subscriber_id <> ALL(%(left_out_subscribers)s::bigint[])"
    " AND click.thing_id <> ALL(%(left_out_things)s::bigint[])"
)

FRAGMENTS: dict[str, LiteralString] = {
    # How often each subscriber with a budget clicked. Both lie in the order of subscribers.
    "counted": """
        SELECT budget.subscriber_id, coalesce(clicking.clicks, 0) AS clicks
        FROM payments_budget AS budget
        LEFT JOIN (
            SELECT click.subscriber_id, count(*)::int AS clicks
            FROM {clicks} AS click
            WHERE click.period = %(period)s
                AND click.subscriber_id BETWEEN %(first)s AND %(last)s {left_out}
            GROUP BY click.subscriber_id
        ) AS clicking ON clicking.subscriber_id = budget.subscriber_id
        WHERE budget.period = %(period)s
            AND budget.subscriber_id BETWEEN %(first)s AND %(last)s
    """,
    "share": "coalesce(budget.amount / nullif(counted.clicks, 0), 0)",
    "remainder": "coalesce(mod(budget.amount, nullif(counted.clicks, 0)::bigint), budget.amount)",
    "budgets": """
        SELECT subscriber_id, currency, clicks, share FROM payments_budget
        WHERE period = %(period)s
    """,
    "summed": """
        SELECT total.thing_id, thing.owner_id AS creator_id, total.currency,
            total.clicks, total.gross, total.lowest, total.highest
        FROM (
            SELECT click.thing_id, divided.currency, count(*)::int AS clicks,
                payments_sum(divided.share) AS gross,
                min(divided.share) AS lowest, max(divided.share) AS highest
            FROM {clicks} AS click
            JOIN divided ON divided.subscriber_id = click.subscriber_id
            WHERE click.period = %(period)s
                AND click.thing_id BETWEEN %(first)s AND %(last)s {left_out}
            GROUP BY click.thing_id, divided.currency
        ) AS total
        JOIN things_thing AS thing ON thing.id = total.thing_id
    """,
    # The product of gross and fee can be wider than a bigint: numeric, and div() rounds down.
    "credited": """
        SELECT total.*, total.gross - total.fee AS net
        FROM (
            SELECT creator_id, currency, count(*)::int AS things, sum(clicks)::int AS clicks,
                sum(gross)::bigint AS gross,
                div(sum(gross) * %(fee_basis_points)s, 10000)::bigint AS fee
            FROM summed
            GROUP BY creator_id, currency
        ) AS total
    """,
    # The median is that of all clicks, found among the shares by counting up the clicks of each:
    # shares that many subscribers have are gathered first, without a sort of all budgets.
    "figures": """
        WITH spread AS MATERIALIZED (
            SELECT currency, share, count(*) FILTER (WHERE clicks > 0) AS subscribers,
                sum(clicks) AS clicks
            FROM divided
            GROUP BY currency, share HAVING sum(clicks) > 0
        )
        SELECT given.currency, given.subscribers, earned.creators, earned.things, given.clicks,
            given.given, earned.fee, given.given / given.clicks AS mean,
            (middle.lower + middle.upper) / 2 AS median
        FROM (
            SELECT currency, payments_sum(subscribers)::int AS subscribers,
                payments_sum(clicks)::int AS clicks, payments_sum(share * clicks) AS given
            FROM spread
            GROUP BY currency
        ) AS given
        CROSS JOIN LATERAL (
            SELECT min(share) FILTER (WHERE so_far >= (given.clicks + 1) / 2) AS lower,
                min(share) FILTER (WHERE so_far >= given.clicks / 2 + 1) AS upper
            FROM (
                SELECT share, payments_sum(clicks)
                    OVER (ORDER BY share ROWS UNBOUNDED PRECEDING) AS so_far
                FROM spread WHERE currency = given.currency
            ) AS counting_up
        ) AS middle
        JOIN (
            SELECT currency, count(*)::int AS creators, sum(things)::int AS things,
                sum(fee)::bigint AS fee
            FROM credited GROUP BY currency
        ) AS earned ON earned.currency = given.currency
        ORDER BY given.currency
    """,
    "thing_earnings": "SELECT * FROM payments_thingearnings WHERE period = %(period)s",
    "creator_earnings": "SELECT * FROM payments_creatorearnings WHERE period = %(period)s",
    "settling": """
        SELECT id, currency FROM payments_ledgeraccount
        WHERE owner_id IS NULL AND kind = 'settling'
    """,
}

# A budget whose share is 0 gives nothing, but its hold ends too. The transfers come last:
# their trigger locks the site's account, for which the other shards wait.
SHARE_SHARD: LiteralString = """
    WITH counted AS ({counted}), divided AS (
        UPDATE payments_budget AS budget
        SET clicks = counted.clicks, share = {share}, remainder = {remainder}
        FROM counted
        WHERE budget.period = %(period)s AND budget.subscriber_id = counted.subscriber_id
            AND budget.subscriber_id BETWEEN %(first)s AND %(last)s
        RETURNING budget.subscriber_id, budget.wallet_id, budget.currency, budget.clicks,
            budget.share, CASE WHEN budget.held_at IS NULL THEN 0 ELSE budget.amount END AS held
    ), lifted AS (
        UPDATE payments_ledgeraccount AS wallet
        SET held = wallet.held - divided.held, owed = greatest(0, wallet.owed - divided.held)
        FROM divided
        WHERE wallet.id = divided.wallet_id AND divided.share = 0 AND divided.held > 0
    ), settling AS MATERIALIZED ({settling}), posted AS (
        INSERT INTO payments_transfer
            (debited_id, credited_id, amount, released, currency, kind, key, about_at, posted_at)
        SELECT divided.wallet_id, settling.id, divided.share * divided.clicks, divided.held,
            divided.currency, 'share', 'share:' || %(written)s || ':' || divided.subscriber_id,
            %(about_at)s, now()
        FROM divided
        JOIN settling ON settling.currency = divided.currency
        WHERE divided.share > 0
        ORDER BY divided.subscriber_id
    )
    SELECT count(*)::int FROM divided
"""

EARN_SHARD: LiteralString = """
    INSERT INTO payments_thingearnings
        (period, thing_id, creator_id, currency, clicks, gross, lowest, highest)
    WITH divided AS ({budgets})
    SELECT %(period)s, summed.* FROM ({summed}) AS summed ORDER BY thing_id
"""

CREDIT_CREATORS: LiteralString = """
    INSERT INTO payments_creatorearnings
        (period, creator_id, currency, things, clicks, gross, fee, net)
    WITH summed AS ({thing_earnings})
    SELECT %(period)s, credited.* FROM ({credited}) AS credited ORDER BY creator_id, currency
"""

OPEN_EARNINGS_ACCOUNTS: LiteralString = """
    INSERT INTO payments_ledgeraccount (owner_id, kind, currency, rail, balance, held)
    SELECT creator_id, 'earnings', currency, '', 0, 0
    FROM ({creator_earnings}) AS credited
    ORDER BY creator_id, currency
    ON CONFLICT DO NOTHING
"""

POST_CREDITS: LiteralString = """
    WITH credited AS ({creator_earnings}), settling AS ({settling}), due AS (
        SELECT account.id AS account_id, credited.currency, credited.net AS amount,
            'earning' AS kind, 'earning:' || %(written)s || ':' || credited.creator_id AS subject
        FROM credited
        JOIN payments_ledgeraccount AS account ON account.owner_id = credited.creator_id
            AND account.kind = 'earnings' AND account.currency = credited.currency
        UNION ALL
        SELECT account.id, credited.currency, sum(credited.fee)::bigint, 'fee',
            'fee:' || %(written)s
        FROM credited
        JOIN payments_ledgeraccount AS account ON account.owner_id IS NULL
            AND account.kind = 'fees' AND account.currency = credited.currency
        GROUP BY account.id, credited.currency
    )
    INSERT INTO payments_transfer
        (debited_id, credited_id, amount, released, currency, kind, key, about_at, posted_at)
    SELECT settling.id, due.account_id, due.amount, 0, due.currency, due.kind,
        due.subject || ':' || due.currency, %(about_at)s, now()
    FROM due
    JOIN settling ON settling.currency = due.currency
    WHERE due.amount > 0
    ORDER BY due.kind, due.account_id
"""

PUBLISH_FIGURES: LiteralString = """
    INSERT INTO payments_periodfigures
        (settlement_id, currency, subscribers, creators, things, clicks, given, fee, mean, median)
    WITH divided AS ({budgets}), credited AS ({creator_earnings})
    SELECT %(settlement)s, figures.* FROM ({figures}) AS figures
"""

PREVIEW: LiteralString = """
    WITH counted AS ({counted}), divided AS MATERIALIZED (
        SELECT budget.subscriber_id, budget.currency, counted.clicks, {share} AS share
        FROM payments_budget AS budget
        JOIN counted ON counted.subscriber_id = budget.subscriber_id
        WHERE budget.period = %(period)s
    ), summed AS ({summed}), credited AS ({credited})
    SELECT * FROM ({figures}) AS figures
"""

# For the transaction that they are sent in. Shards are what runs side by side: parallel workers
# of a query would only take turns with them; and compiling costs more than such queries run.
IN_MEMORY: LiteralString = """
    SET LOCAL work_mem = '64MB';
    SET LOCAL jit = off;
    SET LOCAL max_parallel_workers_per_gather = 0
"""

# A shard's clicks lie in the order of subscribers in their index: counted along it, they need no
# table of counts in memory, which costs twice as much.
COUNTED_IN_ORDER: LiteralString = "SET LOCAL enable_hashagg = off"

# Clicks and budgets both lie in the order of subscribers in their indexes. Merged along them, a
# million clicks cost half of what the planner's choice costs, a hash of all budgets.
IN_KEY_ORDER: LiteralString = """
    SET LOCAL enable_hashjoin = off;
    SET LOCAL enable_seqscan = off;
    SET LOCAL enable_bitmapscan = off;
    SET LOCAL enable_memoize = off
"""

PLAN_SHARE_SHARDS: LiteralString = """
    SELECT min(subscriber_id), max(subscriber_id)
    FROM (
        SELECT subscriber_id, (row_number() OVER (ORDER BY subscriber_id) - 1) / %(size)s AS shard
        FROM payments_budget WHERE period = %(period)s
    ) AS numbered
    GROUP BY shard ORDER BY shard
"""

# Nothing is given out of a wallet that owes: the money of the hold is not there.
LEFT_OUT_SUBSCRIBERS: LiteralString = """
    SELECT budget.subscriber_id
    FROM (
        SELECT id FROM accounts_user WHERE suspended
        UNION SELECT owner_id FROM payments_ledgeraccount WHERE owed > 0
    ) AS subscriber
    JOIN payments_budget AS budget
        ON budget.period = %(period)s AND budget.subscriber_id = subscriber.id
    JOIN accounts_user AS giver ON giver.id = subscriber.id
    JOIN payments_ledgeraccount AS wallet ON wallet.id = budget.wallet_id
    WHERE giver.suspended OR wallet.owed > 0
    ORDER BY budget.subscriber_id
"""

# Of those the ones who are not suspended: their statement says why.
IN_DEBT: LiteralString = """
    SELECT budget.subscriber_id
    FROM payments_ledgeraccount AS wallet
    JOIN payments_budget AS budget
        ON budget.period = %(period)s AND budget.subscriber_id = wallet.owner_id
        AND budget.wallet_id = wallet.id
    JOIN accounts_user AS giver ON giver.id = wallet.owner_id AND NOT giver.suspended
    WHERE wallet.owed > 0
    ORDER BY budget.subscriber_id
"""

LEFT_OUT_THINGS: LiteralString = """
    SELECT thing.id
    FROM things_thing AS thing
    LEFT JOIN accounts_user AS creator ON creator.id = thing.owner_id
    WHERE (creator.suspended OR thing.state = 'suspended' OR thing.owner_id IS NULL
            OR thing.id IN (
                SELECT excluded.thing_id FROM payments_exclusion AS excluded
                WHERE excluded.period = %(period)s AND excluded.undone_at IS NULL
                    AND excluded.subscriber_id IS NULL
            ))
        AND EXISTS (SELECT FROM {clicks} AS click WHERE click.thing_id = thing.id)
    ORDER BY thing.id
"""
