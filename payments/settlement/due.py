"""Which periods wait for their month end."""

from __future__ import annotations

from datetime import datetime, timedelta

from payments.budgets.models import Budget
from payments.settlement.models import Settlement
from things.periods import Period

# The month end begins so long after midnight: requests of the old month have ended by then.
GRACE = timedelta(minutes=30)


def due_periods(*, at: datetime) -> list[Period]:
    """The periods that ended at least GRACE before `at`, have budgets, and are not settled."""
    ended_before = Period.of(at - GRACE)
    settled = Settlement.objects.exclude(settled_at=None).values("period")
    budgets = Budget.objects.filter(period__lt=ended_before, share=None).exclude(period__in=settled)
    half_done = Settlement.objects.filter(settled_at=None).values_list("period", flat=True)
    return sorted({*budgets.values_list("period", flat=True).distinct(), *half_done})
