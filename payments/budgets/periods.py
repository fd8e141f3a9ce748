"""Which periods' budgets can still change: those that no settlement has closed."""

from __future__ import annotations

from django.db import connection

from things.partitions import PeriodSealed, is_sealed
from things.periods import Period

# The first half of this project's advisory locks on a period's budgets; the second is YYYYMM.
BUDGETS_LOCK = 0x0B0B


def close_to_changes(period: Period) -> None:
    """Wait until no transaction changes budgets of a period, and let none begin until this ends.

    For the settlement's first stage, which seals the period in the same transaction.
    """
    _lock("pg_advisory_xact_lock", period)


def keep_open(period: Period) -> None:
    """Keep a period open until this transaction ends; many can at once.

    Raises PeriodSealed if its settlement has begun. Without the lock a budget could be raised
    after the settlement has read it.
    """
    _lock("pg_advisory_xact_lock_shared", period)
    if is_sealed(period):
        raise PeriodSealed(f"the settlement of {period} has begun")


def _lock(function: str, period: Period) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {function}(%s, %s)", [BUDGETS_LOCK, period.year * 100 + period.month]
        )
