"""Writes a staged month with a handful of statements, whatever the number of its rows."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any, LiteralString

from django.db import connection
from psycopg import sql

from accounts.models import User
from payments.clicking.importing import statements
from payments.clicking.importing.faults import SHOWN
from payments.ledger.posting import outside
from things.partitions import filling_partition, partition_name
from things.periods import Period

RAIL = "import"

# Sorting a million clicks in memory takes half the time that it takes on disk.
_WORK_MEMORY = "128MB"


def write_month(*, period: Period, at: datetime) -> int:
    """Write what is staged, in the caller's transaction. Returns how many clicks count.

    Opens missing accounts, posts a deposit for each budget, holds those that were clicked with.
    Locks the wallets and the rail's accounts, see Note [Balances].
    """
    _execute("SET LOCAL work_mem = {work_memory}", period, at)
    for currency in _staged_currencies():
        outside(RAIL, currency)
    for statement in (
        statements.MAKE_USERS,
        statements.MAKE_THINGS,
        statements.OPEN_WALLETS,
        statements.COUNT_ACCOUNTS,
        statements.FIND_GIVERS,
        statements.FIND_THINGS,
        statements.COUNT_FOUND,
        statements.DEPOSIT,
        statements.SET_BUDGETS,
        statements.HOLD_BUDGETS,
    ):
        _execute(statement, period, at)
    with filling_partition(period):
        clicks = _execute(statements.COUNT_CLICKS, period, at)
    _execute("DROP TABLE importing_giver, importing_known", period, at)
    return clicks


def repeated_lines() -> tuple[int, ...]:
    """The first lines of `clicks.csv` whose click does not count: an earlier one is the same."""
    with connection.cursor() as cursor:
        cursor.execute(statements.FIND_REPEATED, {"shown": SHOWN})
        return tuple(line for (line,) in cursor.fetchall())


def _staged_currencies() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT currency FROM importing_budget ORDER BY currency")
        return [currency for (currency,) in cursor.fetchall()]


def _execute(statement: LiteralString, period: Period, at: datetime) -> int:
    composed: Any = sql.SQL(statement).format(
        clicks=sql.Identifier(partition_name(period)), work_memory=sql.Literal(_WORK_MEMORY)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            composed,
            {
                "period": period.first_day,
                "written": str(period),
                "starts_at": period.starts_at,
                "at": at,
                "rail": RAIL,
                "secret": secrets.token_hex(),
                "user_language": User._meta.get_field("language").get_default(),
                "time_zone": User._meta.get_field("time_zone").get_default(),
            },
        )
        written: int = cursor.rowcount
    return written
