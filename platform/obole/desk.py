"""The admin's first page: what waits, whether the money and the machines are well, the month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import redis
from django.db.models import Count, Q

from accounts.models import User
from obole.metrics.work import FailedTask, failed_tasks, queue_length, taken_tasks
from payments.desk.months import charts, compare_months
from payments.desk.waiting import what_waits
from payments.settlement.auditing import last_audit
from payments.settlement.due import GRACE, due_periods
from payments.settlement.models import Settlement, Shard
from things.periods import Period

# Who sees what of the first page beside what waits for them.
_SETTLEMENTS, _MONEY = "payments.view_settlement", "payments.view_periodfigures"
_MACHINES = "payments.view_auditrun"
FAILURES_SHOWN = 5


@dataclass(frozen=True)
class Failure:
    """A task that failed for good, with the class of what it raised."""

    name: str
    raised: str
    moment: datetime


@dataclass(frozen=True)
class Queues:
    """What workers have to do, and what failed lately, latest first."""

    waiting: int
    taken: int
    failed: list[Failure]


def desk_context(user: User, *, at: datetime) -> dict[str, object]:
    """What the first page shows to somebody: what their rights are for, and no more."""
    context: dict[str, object] = {"waiting": what_waits(for_staff=user), "now": at}
    if user.has_perm(_SETTLEMENTS):
        context["settlement"] = _settlement(at)
    if user.has_perm(_MACHINES):
        context |= {"audits": _audits(), "queues": _queues()}
    if user.has_perm(_MONEY):
        context |= {"months": compare_months(at=at), "charts": charts(at=at)}
    return context


def _settlement(at: datetime) -> dict[str, object]:
    last = Settlement.objects.order_by("-period").first()
    counted = {"done": 0, "whole": 0}
    if last is not None and last.settled_at is None:
        counted = Shard.objects.filter(stage__settlement=last).aggregate(
            done=Count("pk", filter=Q(ended_at__isnull=False)), whole=Count("pk")
        )
    running = Period.of(at)
    return {
        "last": last,
        "shards": counted,
        "due": due_periods(at=at),
        "next": running,
        "next_at": running.ends_at + GRACE,
    }


def _audits() -> dict[str, object]:
    return {"quick": last_audit(), "thorough": last_audit(thorough=True)}


def _queues() -> Queues | None:
    try:
        failed = [_failure(task) for task in failed_tasks(most=FAILURES_SHOWN)]
        return Queues(queue_length(), taken_tasks(), failed)
    except redis.RedisError:
        return None


def _failure(task: FailedTask) -> Failure:
    return Failure(task.name, task.raised, datetime.fromtimestamp(task.at, UTC))
