"""Stage 1, close: the cut-off of a period, and the plans of the shards."""

from __future__ import annotations

import math
from datetime import datetime
from typing import LiteralString

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Min, Sum
from django.utils import timezone

from payments.budgets.models import Budget
from payments.budgets.periods import close_to_changes
from payments.ledger.models import LedgerAccount
from payments.ledger.posting import site_account
from payments.settlement import statements
from payments.settlement.executing import fetch
from payments.settlement.models import Settlement, Shard, Stage
from things.models import Click
from things.partitions import ensure_partition, seal_partition
from things.periods import Period

# Clicks in a shard of things, for each subscriber in a shard of budgets.
CLICKS_A_SUBSCRIBER = 200

# Each shard of things reads all clicks of the period, so their number must not grow with them.
MOST_EARN_SHARDS = 4


class PeriodNotOver(Exception):
    """The period is still running; it cannot be settled yet."""

    def __init__(self, period: Period) -> None:
        super().__init__(f"{period} is not over: it ends at {period.ends_at.isoformat()}")


class StageNotOver(Exception):
    """A stage cannot begin: shards of the stage before it are open."""


def close_period(
    *, period: Period, at: datetime, fee_basis_points: int, force: bool = False
) -> Settlement:
    """Close a period to clicks and to changes of its budgets, and plan its shares.

    Where that is done already, it changes nothing and returns the settlement as it is. Raises
    PeriodNotOver if the period still runs at `at`, unless `force` is given. Waits for clicks in
    flight; clicks that come later belong to the next period.
    """
    if not force and not period.is_over(at=at):
        raise PeriodNotOver(period)
    ensure_partition(period)
    with transaction.atomic():
        close_to_changes(period)
        settlement = Settlement.objects.filter(period=period).first()
        return settlement or _close(period, fee_basis_points)


def plan_earnings(settlement: Settlement) -> None:
    """Begin stage 3, earn, once: its shards are ranges of the things that were clicked.

    Raises StageNotOver if a shard of stage 2 is open. Locks the stage's row, so that of two
    callers at once one plans.
    """
    with transaction.atomic():
        stage = Stage.objects.select_for_update().get(settlement=settlement, name=Stage.Name.EARN)
        if stage.started_at is None:
            end_stage(settlement, Stage.Name.SHARE)
            _plan_earn_shards(stage, settlement.period)
            begin_stage(settlement, Stage.Name.EARN)


def begin_stage(settlement: Settlement, name: Stage.Name) -> None:
    """Note when a stage began."""
    settlement.stages.filter(name=name).update(started_at=timezone.now())


def end_stage(settlement: Settlement, name: Stage.Name) -> None:
    """Note when a stage ended. Raises StageNotOver if one of its shards is open."""
    still_open = Shard.objects.filter(
        stage__settlement=settlement, stage__name=name, ended_at=None
    ).count()
    if still_open:
        raise StageNotOver(f"{settlement.period}: {still_open} shards of “{name}” are open")
    settlement.stages.filter(name=name).update(ended_at=timezone.now())


def leave_out(settlement: Settlement) -> None:
    """Name who and what takes no part now: who is suspended or owes, what is suspended or excluded.

    Single clicks that are excluded stand in their own table, which a settlement's beginning closes.
    """
    settlement.left_out_subscribers = _ids(statements.LEFT_OUT_SUBSCRIBERS, settlement)
    settlement.in_debt = _ids(statements.IN_DEBT, settlement)
    settlement.left_out_things = _ids(statements.LEFT_OUT_THINGS, settlement)


def _close(period: Period, fee_basis_points: int) -> Settlement:
    closed_at = timezone.now()
    seal_partition(period)
    settlement = Settlement(period=period, fee_basis_points=fee_basis_points, closed_at=closed_at)
    leave_out(settlement)
    settlement.save()
    Stage.objects.bulk_create(Stage(settlement=settlement, name=name) for name in Stage.Name)
    for currency in _currencies(period):
        site_account(LedgerAccount.Kind.SETTLING, currency)
        site_account(LedgerAccount.Kind.FEES, currency)
    _plan_share_shards(settlement)
    settlement.stages.filter(name=Stage.Name.CLOSE).update(started_at=closed_at)
    end_stage(settlement, Stage.Name.CLOSE)
    begin_stage(settlement, Stage.Name.SHARE)
    return settlement


def _ids(statement: LiteralString, settlement: Settlement) -> list[int]:
    return [row[0] for row in fetch(statement, settlement)]


def _currencies(period: Period) -> list[str]:
    budgets = Budget.objects.in_period(period).order_by("currency")
    return list(budgets.values_list("currency", flat=True).distinct())


def _plan_share_shards(settlement: Settlement) -> None:
    stage = settlement.stages.get(name=Stage.Name.SHARE)
    ranges = fetch(statements.PLAN_SHARE_SHARDS, settlement, size=settings.SUBSCRIBERS_A_SHARD)
    Shard.objects.bulk_create(Shard(stage=stage, first=first, last=last) for first, last in ranges)


def _plan_earn_shards(stage: Stage, period: Period) -> None:
    """Ranges of equal width: popular things are spread over them as they were registered."""
    ends = Click.objects.in_period(period).aggregate(first=Min("thing"), last=Max("thing"))
    if ends["first"] is None:
        return
    counted = Budget.objects.in_period(period).aggregate(total=Sum("clicks", default=0))
    wanted = math.ceil(counted["total"] / (CLICKS_A_SUBSCRIBER * settings.SUBSCRIBERS_A_SHARD))
    shards = min(MOST_EARN_SHARDS, max(1, wanted))
    width = -(-(ends["last"] - ends["first"] + 1) // shards)
    Shard.objects.bulk_create(
        Shard(stage=stage, first=first, last=min(first + width - 1, ends["last"]))
        for first in range(ends["first"], ends["last"] + 1, width)
    )
