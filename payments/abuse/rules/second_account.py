"""Somebody who clicks their own things through a second account.

Signs that two accounts are one person's: the same mailbox (`ben+2@` is `ben@`), the same account to
be paid to, the same payer's account at the bank, the same card; and, weaker, the same address of
clicks, or a session with the same address and browser: a household shares these, so there what
comes from it must be `got_percent` of all that the creator gets.
"""

from __future__ import annotations

from payments.abuse.rules.flows import FLOWS, answer

# Providers that deliver to a mailbox whatever dots its name is written with.
_DOTLESS = "('gmail.com', 'googlemail.com')"

STATEMENT = (
    "WITH "
    + FLOWS
    + f""", near AS MATERIALIZED (
    SELECT * FROM flow
    WHERE part * 100 >= %(given_percent)s AND clicks >= %(least_clicks)s
), person AS MATERIALIZED (
    SELECT giver AS id FROM near UNION SELECT creator FROM near
), mailbox AS (
    SELECT person.id, split_part(split_part(email, '@', 1), '+', 1) AS name,
           split_part(email, '@', 2) AS host
    FROM person JOIN accounts_user ON accounts_user.id = person.id WHERE email IS NOT NULL
), sign AS MATERIALIZED (
    SELECT id, 'mailbox' AS kind,
           CASE WHEN host IN {_DOTLESS} THEN replace(name, '.', '') || '@gmail.com'
                ELSE name || '@' || host END AS value
    FROM mailbox
    UNION ALL SELECT owner_id, 'payout', encode(fingerprint, 'hex')
    FROM payments_payoutdetails JOIN person ON person.id = owner_id
    WHERE length(fingerprint) > 0
    UNION ALL SELECT deposit.subscriber_id, 'bank', line.party_account
    FROM payments_bankline AS line JOIN payments_deposit AS deposit ON deposit.id = line.deposit_id
    JOIN person ON person.id = deposit.subscriber_id
    WHERE line.party_account <> ''
    UNION ALL SELECT customer.subscriber_id, 'card',
           concat_ws(' ', card.brand, card.last4, card.expires_year, card.expires_month)
    FROM payments_savedcard AS card JOIN payments_cardcustomer AS customer
        ON customer.id = card.customer_id
    JOIN person ON person.id = customer.subscriber_id
    UNION ALL SELECT seen.subscriber_id, 'address', encode(seen.digest, 'hex')
    FROM payments_clickaddress AS seen JOIN person ON person.id = seen.subscriber_id
    WHERE seen.period = %(period)s
    UNION ALL SELECT device.user_id, 'device', host(device.ip) || ' ' || device.user_agent
    FROM usersessions_usersession AS device JOIN person ON person.id = device.user_id
    WHERE device.last_seen_at >= %(starts_at)s AND device.created_at < %(ends_at)s
), same AS (
    SELECT near.giver, near.creator, array_agg(DISTINCT mine.kind ORDER BY mine.kind) AS signs
    FROM near
    JOIN sign AS mine ON mine.id = near.giver
    JOIN sign AS theirs
        ON theirs.id = near.creator AND theirs.kind = mine.kind AND theirs.value = mine.value
    GROUP BY near.giver, near.creator
), chosen AS (
    SELECT near.*, same.signs FROM near
    JOIN same ON same.giver = near.giver AND same.creator = near.creator
    JOIN got ON got.creator = near.creator
    WHERE same.signs && ARRAY['mailbox', 'payout', 'bank', 'card']
       OR near.amount * 100 >= %(got_percent)s * got.amount
), signs AS (
    SELECT creator, jsonb_agg(DISTINCT sign ORDER BY sign) AS all_of_them
    FROM chosen, unnest(chosen.signs) AS sign GROUP BY creator
), found AS (
    SELECT chosen.giver, chosen.creator, chosen.clicks, chosen.amount, chosen.currency,
           jsonb_build_object('signs', signs.all_of_them) AS figures
    FROM chosen JOIN signs ON signs.creator = chosen.creator
)"""
    + answer("found")
)
