"""Rings: groups whose members give mostly to each other, and get mostly from each other.

Note [Peeling]. The whole is asked for the largest set of people in which each gives at least
`given_percent` of their clicks to the set and gets at least `got_percent` of their money from it.
It is found from outside in: whoever does not fit is peeled off, and those who leaned on them are
looked at again. Pairs, cycles, cliques and everything between survive alike, however many they are
and whatever honest clicks they mix in below the threshold. An honest creator does not: readers who
create nothing are peeled off at once, and with them most of what the creator gets. Members who
friends click once have both percentages far below it.
"""

from __future__ import annotations

from payments.abuse.rules.flows import FLOWS, answer

# What is left after so many rounds is close to closed; honest crowds are gone after three or four.
ROUNDS = 8


def _round(number: int) -> str:
    """Those who still fit, and the flows between them."""
    before = f"inner_{number - 1}"
    return f""", gives_{number} AS (
    SELECT giver AS member FROM {before} GROUP BY giver
    HAVING sum(part) * 100 >= %(given_percent)s AND sum(clicks) >= %(least_clicks)s
), gets_{number} AS (
    SELECT {before}.creator AS member FROM {before} JOIN got ON got.creator = {before}.creator
    GROUP BY {before}.creator, got.amount
    HAVING sum({before}.amount) * 100 >= %(got_percent)s * got.amount AND sum({before}.amount) > 0
), inner_{number} AS MATERIALIZED (
    SELECT flow.* FROM {before} AS flow
    JOIN gives_{number} AS out_of ON out_of.member = flow.giver
    JOIN gets_{number} AS into_it ON into_it.member = flow.creator
    JOIN gets_{number} AS giver_gets ON giver_gets.member = flow.giver
    JOIN gives_{number} AS creator_gives ON creator_gives.member = flow.creator
)"""


STATEMENT = (
    "WITH "
    + FLOWS
    + """, inner_0 AS MATERIALIZED (
    SELECT flow.* FROM flow
    WHERE flow.creator IN (SELECT giver FROM gave) AND flow.giver IN (SELECT creator FROM got)
)"""
    + "".join(_round(number) for number in range(1, ROUNDS + 1))
    + f""", given AS (
    SELECT giver AS member, sum(part) AS part FROM inner_{ROUNDS} GROUP BY giver
), members AS (
    SELECT inner_{ROUNDS}.creator AS member, given.part
    FROM inner_{ROUNDS}
    JOIN given ON given.member = inner_{ROUNDS}.creator
    GROUP BY inner_{ROUNDS}.creator, given.part
    HAVING sum(inner_{ROUNDS}.amount) >= %(least_units)s * 1000000::bigint
), found AS (
    SELECT flow.*, jsonb_build_object('given_percent', floor(members.part * 100)) AS figures
    FROM inner_{ROUNDS} AS flow JOIN members ON members.member = flow.creator
)"""
    + answer("found")
)
