"""Card money that is given to one creator at once, and asked for as a payout as soon as it can be.

A stolen card is noticed after weeks. So what counts is money of givers who paid in by card shortly
before and give nearly all of it, clicks and tips, to one creator, and that makes most of what the
creator gets, who asks for a payout within days. Readers of an honest creator give to others too.
"""

from __future__ import annotations

from payments.abuse.rules.flows import FLOWS

# Clicks and tips together; so the parts are of money here, not of clicks.
STATEMENT = (
    "WITH "
    + FLOWS
    + """, tip AS (
    SELECT giver_id AS giver, creator_id AS creator, currency, sum(amount) AS amount
    FROM payments_tip
    WHERE given_at >= %(starts_at)s AND given_at < %(ends_at)s AND taken_back_at IS NULL
    GROUP BY giver_id, creator_id, currency
), moved AS (
    SELECT giver, creator, currency, sum(clicks) AS clicks, sum(amount) AS amount
    FROM (
        SELECT giver, creator, currency, clicks, amount FROM flow
        UNION ALL SELECT giver, creator, currency, 0, amount FROM tip
    ) AS both_ways
    GROUP BY giver, creator, currency
), spent AS (
    SELECT giver, sum(amount) AS amount FROM moved GROUP BY giver
), came AS (
    SELECT creator, sum(amount) AS amount, count(DISTINCT giver) AS givers
    FROM moved GROUP BY creator
), by_card AS (
    SELECT DISTINCT subscriber_id AS giver FROM payments_deposit
    WHERE way = 'card' AND state = 'arrived' AND arrived_at < %(ends_at)s
      AND arrived_at >= %(starts_at)s::timestamptz - make_interval(days => %(days)s)
), asked AS (
    SELECT owner_id AS creator, min(requested_at) AS at FROM payments_payout
    WHERE requested_at >= %(starts_at)s AND state NOT IN ('cancelled', 'refused')
      AND requested_at < %(ends_at)s::timestamptz + make_interval(days => %(days)s)
    GROUP BY owner_id
), quick AS (
    SELECT moved.* FROM moved
    JOIN spent ON spent.giver = moved.giver
    JOIN by_card ON by_card.giver = moved.giver
    JOIN asked ON asked.creator = moved.creator
    WHERE moved.amount * 100 >= %(given_percent)s * spent.amount
), chosen AS (
    SELECT quick.creator FROM quick JOIN came ON came.creator = quick.creator
    GROUP BY quick.creator, came.amount
    HAVING sum(quick.amount) * 100 >= %(got_percent)s * came.amount
       AND sum(quick.amount) >= greatest(%(least_units)s * 1000000::bigint, 1)
)
SELECT quick.creator, jsonb_build_object(
           'asked_on', asked.at::date, 'givers', count(*), 'clicks', sum(quick.clicks),
           'amount', sum(quick.amount), 'currency', min(quick.currency), 'got', came.amount,
           'of', came.givers
       ),
       jsonb_agg(jsonb_build_array(quick.giver, quick.clicks, quick.amount, quick.currency)
                 ORDER BY quick.giver)
FROM quick
JOIN chosen ON chosen.creator = quick.creator
JOIN came ON came.creator = quick.creator
JOIN asked ON asked.creator = quick.creator
GROUP BY quick.creator, asked.at, came.amount, came.givers
ORDER BY quick.creator
"""
)
