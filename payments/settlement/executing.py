"""Sends the statements of the month end to PostgreSQL."""

from __future__ import annotations

from datetime import date
from typing import Any, LiteralString

from django.db import connection
from psycopg import sql

from payments.clicking.exclusions.asking import WITHOUT_EXCLUDED_CLICKS, excludes_clicks
from payments.settlement.models import Settlement
from payments.settlement.statements import FRAGMENTS, WITHOUT_LEFT_OUT
from things.partitions import partition_name
from things.periods import Period

# Both ends of the range of all rows.
FIRST, LAST = -(2**63), 2**63 - 1

Parameter = int | str | date | list[int]
_Rows = list[tuple[Any, ...]]


def execute(statement: LiteralString, settlement: Settlement, **parameters: int) -> int:
    """Run a statement that writes for a settlement. Returns the number of rows written."""
    with connection.cursor() as cursor:
        cursor.execute(_composed(statement, settlement), {**_known(settlement), **parameters})
        return int(cursor.rowcount)


def fetch(statement: LiteralString, settlement: Settlement, **parameters: int) -> _Rows:
    """Run a statement for a settlement and return what it answers."""
    with connection.cursor() as cursor:
        cursor.execute(_composed(statement, settlement), {**_known(settlement), **parameters})
        return list(cursor.fetchall())


def tune(*settings: LiteralString) -> None:
    """Set what the planner does for the rest of the transaction."""
    with connection.cursor() as cursor:
        for setting in settings:
            cursor.execute(setting)


def _composed(statement: LiteralString, settlement: Settlement) -> sql.Composed:
    left_out: LiteralString = ""
    if settlement.left_out_subscribers or settlement.left_out_things:
        left_out += WITHOUT_LEFT_OUT
    if excludes_clicks(settlement.period):
        left_out += WITHOUT_EXCLUDED_CLICKS
    of_period: dict[str, sql.Composable] = {
        "clicks": sql.Identifier(partition_name(settlement.period)),
        "left_out": sql.SQL(left_out),
    }
    fragments = {name: sql.SQL(text).format(**of_period) for name, text in FRAGMENTS.items()}
    return sql.SQL(statement).format(**of_period, **fragments)


def _known(settlement: Settlement) -> dict[str, Parameter]:
    period: Period = settlement.period
    return {
        "period": period.first_day,
        "written": str(period),
        "about_at": period.ends_at,
        "settlement": settlement.pk,
        "fee_basis_points": settlement.fee_basis_points,
        "left_out_subscribers": settlement.left_out_subscribers,
        "left_out_things": settlement.left_out_things,
        "first": FIRST,
        "last": LAST,
    }
