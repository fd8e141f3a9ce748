"""Several subscribers click from one address, mostly on the things of one creator.

Families, offices and the networks of mobile phones share addresses too; their members click what
each of them likes. What is known of addresses is in `payments.clicking.addresses`.
"""

from __future__ import annotations

from payments.abuse.rules.flows import FLOWS, answer

STATEMENT = (
    "WITH "
    + FLOWS
    + """, fan AS (
    SELECT flow.*, seen.digest FROM payments_clickaddress AS seen
    JOIN flow ON flow.giver = seen.subscriber_id
    WHERE seen.period = %(period)s AND flow.part * 100 >= %(given_percent)s
), crowd AS (
    SELECT fan.creator, fan.digest, count(*) AS givers FROM fan
    JOIN got ON got.creator = fan.creator
    GROUP BY fan.creator, fan.digest, got.amount
    HAVING count(*) >= %(least_accounts)s
       AND sum(fan.amount) * 100 >= %(got_percent)s * got.amount AND sum(fan.amount) > 0
), most AS (
    SELECT creator, count(*) AS addresses, max(givers) AS at_one FROM crowd GROUP BY creator
), found AS (
    SELECT DISTINCT fan.giver, fan.creator, fan.clicks, fan.amount, fan.currency,
           jsonb_build_object('addresses', most.addresses, 'at_one', most.at_one) AS figures
    FROM fan
    JOIN crowd ON crowd.creator = fan.creator AND crowd.digest = fan.digest
    JOIN most ON most.creator = fan.creator
)"""
    + answer("found")
)
