"""Who gave how much to whom in a period: what every rule begins with.

Note [Rules of thumb]. A rule asks for shares of what somebody gives and gets. What came in several
currencies is added up unit by unit, and in a running month a click is worth the budget divided by
the clicks so far. Nothing is paid by these numbers: they choose what a person looks at. What staff
excluded from the month is no part of it: what was seen and dealt with is not found again.
"""

from __future__ import annotations

from payments.clicking.exclusions.asking import NOT_EXCLUDED

# `flow`: giver, creator, clicks, amount in micros, currency, and the part of all clicks of the
# giver. `got`: what a creator got from all, and from how many. Tips are in it where a rule says so.
FLOWS = f"""
pair AS MATERIALIZED (
    SELECT click.subscriber_id AS giver, thing.owner_id AS creator, count(*) AS clicks
    FROM things_click AS click
    JOIN things_thing AS thing ON thing.id = click.thing_id
    WHERE click.period = %(period)s AND thing.owner_id IS NOT NULL AND {NOT_EXCLUDED}
    GROUP BY click.subscriber_id, thing.owner_id
), gave AS MATERIALIZED (
    SELECT giver, sum(clicks)::bigint AS clicks FROM pair GROUP BY giver
), flow AS MATERIALIZED (
    SELECT pair.giver, pair.creator, pair.clicks, budget.currency,
           pair.clicks::float8 / gave.clicks AS part,
           coalesce(budget.share, budget.amount / gave.clicks) * pair.clicks AS amount
    FROM pair
    JOIN gave ON gave.giver = pair.giver
    JOIN payments_budget AS budget
        ON budget.subscriber_id = pair.giver AND budget.period = %(period)s
), got AS MATERIALIZED (
    SELECT creator, sum(amount) AS amount, sum(clicks) AS clicks, count(*) AS givers
    FROM flow GROUP BY creator
)"""


def answer(found: str) -> str:
    """The end of a statement: a row for each creator of `found`.

    `found` is a relation of giver, creator, clicks, amount, currency, with the creator's figures
    as the jsonb `figures`.
    """
    return f"""
    SELECT found.creator, found.figures || jsonb_build_object(
               'givers', count(*), 'clicks', sum(found.clicks), 'amount', sum(found.amount),
               'currency', min(found.currency), 'got', got.amount, 'of', got.givers
           ),
           jsonb_agg(jsonb_build_array(found.giver, found.clicks, found.amount, found.currency)
                     ORDER BY found.giver)
    FROM {found} AS found JOIN got ON got.creator = found.creator
    GROUP BY found.creator, found.figures, got.amount, got.givers
    ORDER BY found.creator
    """
