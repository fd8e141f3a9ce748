"""Many new accounts that give to one creator and hardly to anybody else.

Whoever has just launched brings new accounts too. They look around, and readers who were there
before come along: so neither do most of the new give to this creator alone, nor do they make most
of what the creator gets.
"""

from __future__ import annotations

from payments.abuse.rules.flows import FLOWS, answer

STATEMENT = (
    "WITH "
    + FLOWS
    + """, fan AS (
    SELECT flow.* FROM flow
    JOIN accounts_user AS giver ON giver.id = flow.giver
    WHERE flow.part * 100 >= %(given_percent)s
      AND giver.date_joined >= %(starts_at)s::timestamptz - make_interval(days => %(days)s)
), chosen AS (
    SELECT fan.creator FROM fan JOIN got ON got.creator = fan.creator
    GROUP BY fan.creator, got.amount
    HAVING count(*) >= %(least_accounts)s
       AND sum(fan.amount) * 100 >= %(got_percent)s * got.amount AND sum(fan.amount) > 0
), found AS (
    SELECT fan.*, jsonb_build_object('days', %(days)s) AS figures
    FROM fan JOIN chosen ON chosen.creator = fan.creator
)"""
    + answer("found")
)
