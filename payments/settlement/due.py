"""Which periods wait for their month end."""

from __future__ import annotations

from datetime import datetime, timedelta

from payments.budgets.models import Budget
from payments.settlement.models import Settlement
from things.partitions import periods_with_partition
from things.periods import Period

# The month end begins so long after midnight: requests of the old month have ended by then.
GRACE = timedelta(minutes=30)


def due_periods(*, at: datetime) -> list[Period]:
    """The periods that ended at least GRACE before `at`, are not settled, and have something to be.

    That is a budget, or a settlement that was left half way. Two queries, and one for each period
    that is not settled: however many months are, theirs are not read.
    """
    running = Period.of(at - GRACE)
    begun = dict(Settlement.objects.values_list("period", "settled_at"))
    # Budgets are held for clicks, so a month of budgets has a table of clicks.
    waiting = [p for p in periods_with_partition() if p < running and begun.get(p) is None]
    return sorted(period for period in waiting if period in begun or _has_budgets(period))


def _has_budgets(period: Period) -> bool:
    return Budget.objects.in_period(period).exists()
