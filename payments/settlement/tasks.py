"""The month end as Celery runs it: the same functions, its shards spread over all workers.

Each task is safe to run twice. What a lost message leaves undone, the next start of
`settle_due_months` takes up: PostgreSQL knows which shards are done, the queue does not need to.
"""

from __future__ import annotations

import logging

from celery import chord, group, shared_task
from celery.canvas import Signature
from django.conf import settings
from django.utils import timezone

from payments.settlement.auditing import audit_or_fail, drop_old_audits
from payments.settlement.closing import close_period, plan_earnings
from payments.settlement.crediting import credit_creators
from payments.settlement.due import due_periods
from payments.settlement.models import AuditRun, Settlement, Stage
from payments.settlement.running import open_shards, run_shard
from things.periods import Period

log = logging.getLogger(__name__)


@shared_task(name="payments.settlement.settle_due_months")
def settle_due_months() -> list[str]:
    """Start the month end of each period that waits for it."""
    periods = [str(period) for period in due_periods(at=timezone.now())]
    for period in periods:
        settle_month.delay(period=period)
    return periods


@shared_task(name="payments.settlement.settle_month")
def settle_month(*, period: str) -> None:
    """Close a period and send its shards of budgets; settled, do nothing."""
    settlement = close_period(
        period=Period.parse(period),
        at=timezone.now(),
        fee_basis_points=settings.FEE_BASIS_POINTS,
    )
    if settlement.settled_at is None:
        _send_shards(settlement, Stage.Name.SHARE, then=earn_month.si(period=period))


@shared_task(name="payments.settlement.earn_month")
def earn_month(*, period: str) -> None:
    """Send the shards of things, once all budgets are shared out."""
    settlement = Settlement.objects.get(period=Period.parse(period))
    plan_earnings(settlement)
    _send_shards(settlement, Stage.Name.EARN, then=credit_month.si(period=period))


@shared_task(name="payments.settlement.credit_month")
def credit_month(*, period: str) -> None:
    """Credit the creators, audit, publish; then audit thoroughly, and keep what was found."""
    credit_creators(period=Period.parse(period))
    # Everybody looks at their month now; counting each click again can wait.
    audit_thoroughly.apply_async(kwargs={"cause": AuditRun.Cause.SETTLEMENT}, countdown=30)


@shared_task(name="payments.settlement.run_shard")
def run_shard_of_month(*, shard_id: int) -> None:
    """Do one shard."""
    run_shard(shard_id=shard_id)


@shared_task(name="payments.settlement.audit_books")
def audit_books() -> None:
    """Audit the ledger, and keep what was found; a fault fails the task, and says which rows."""
    audit_or_fail(cause=AuditRun.Cause.CLOCK)


@shared_task(name="payments.settlement.audit_thoroughly")
def audit_thoroughly(*, cause: str = AuditRun.Cause.CLOCK) -> None:
    """As `audit_books`, with every click counted again; old records go."""
    audit_or_fail(cause=AuditRun.Cause(cause), thorough=True)
    drop_old_audits(at=timezone.now())


def _send_shards(settlement: Settlement, name: Stage.Name, *, then: Signature) -> None:
    shards = [run_shard_of_month.si(shard_id=pk) for pk in open_shards(settlement, name)]
    log.info("%s: %s shards of “%s”", settlement.period, len(shards), name.label)
    if shards:
        chord(group(shards), then).apply_async()
    else:
        then.apply_async()
