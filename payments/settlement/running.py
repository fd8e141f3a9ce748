"""The month end from one end to the other: what the command and the Celery job both call."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from payments.settlement import statements
from payments.settlement.closing import close_period, plan_earnings
from payments.settlement.crediting import credit_creators
from payments.settlement.executing import execute, fetch, tune
from payments.settlement.models import Settlement, Shard, Stage
from things.periods import Period

# Called with a stage, how many of its shards are done, and how many it has.
Progress = Callable[[Stage.Name, int, int], object]


def settle_period(
    *,
    period: Period,
    at: datetime,
    fee_basis_points: int,
    workers: int = 1,
    force: bool = False,
    progress: Progress = lambda *_: None,
) -> Settlement:
    """Settle a period in this process, or finish what another run left; settled, do nothing.

    `at` is the present moment. With several `workers`, as many threads take shards in turn, each
    over a connection of its own; PostgreSQL does the work. Other runs of the same period may be
    under way: each shard is done once. Raises PeriodNotOver as `close_period` does, and
    LedgerUnsound if the audit finds a fault; then nothing is credited.
    """
    settlement = close_period(period=period, at=at, fee_basis_points=fee_basis_points, force=force)
    if settlement.settled_at is None:
        _run_stage(settlement, Stage.Name.SHARE, workers, progress)
        plan_earnings(settlement)
        _run_stage(settlement, Stage.Name.EARN, workers, progress)
        settlement = credit_creators(period=period)
    return settlement


def open_shards(settlement: Settlement, name: Stage.Name) -> list[int]:
    """The shards of a stage that are not done, in order."""
    shards = Shard.objects.filter(stage__settlement=settlement, stage__name=name, ended_at=None)
    return list(shards.order_by("first").values_list("pk", flat=True))


def run_shard(*, shard_id: int) -> None:
    """Do one shard in one transaction; where it is done already, do nothing.

    Its row is locked, so that it is done once however many ask: who comes second waits until it
    is done, or does it where the first one died.
    """
    with transaction.atomic():
        _run(_shards().select_for_update(of=["self"]).get(pk=shard_id))


def take_shard(shard_id: int) -> bool:
    """As `run_shard`, but leave the shard, and return False, while another run has it."""
    with transaction.atomic():
        shards = _shards().select_for_update(of=["self"], skip_locked=True)
        shard = shards.filter(pk=shard_id).first()
        if shard is not None:
            _run(shard)
        return shard is not None


def _shards() -> QuerySet[Shard]:
    return Shard.objects.select_related("stage__settlement")


def _run(shard: Shard) -> None:
    if shard.ended_at is not None:
        return
    shard.started_at = timezone.now()
    tune(statements.IN_MEMORY)
    shard.written = _SHARD_OF[Stage.Name(shard.stage.name)](shard.stage.settlement, shard)
    shard.ended_at = timezone.now()
    shard.worker = f"{socket.gethostname()}:{os.getpid()}"
    shard.save(update_fields=["started_at", "written", "ended_at", "worker"])


def _share(settlement: Settlement, shard: Shard) -> int:
    tune(statements.COUNTED_IN_ORDER)
    [(written,)] = fetch(statements.SHARE_SHARD, settlement, first=shard.first, last=shard.last)
    return int(written)


def _earn(settlement: Settlement, shard: Shard) -> int:
    tune(statements.IN_KEY_ORDER)
    return execute(statements.EARN_SHARD, settlement, first=shard.first, last=shard.last)


_SHARD_OF = {Stage.Name.SHARE: _share, Stage.Name.EARN: _earn}


def _run_stage(settlement: Settlement, name: Stage.Name, workers: int, progress: Progress) -> None:
    waiting = open_shards(settlement, name)
    whole = Shard.objects.filter(stage__settlement=settlement, stage__name=name).count()
    done = whole - len(waiting)
    progress(name, done, whole)
    left_to_others = []
    for shard_id, taken in zip(waiting, _taken(waiting, workers), strict=True):
        if not taken:
            left_to_others.append(shard_id)
            continue
        done += 1
        progress(name, done, whole)
    for shard_id in left_to_others:
        run_shard(shard_id=shard_id)
        done += 1
        progress(name, done, whole)


def _taken(shard_ids: list[int], workers: int) -> Iterable[bool]:
    """Take each shard, in this thread or in several; in the order of the shards."""
    if workers == 1:
        yield from map(take_shard, shard_ids)
        return
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(_take_in_thread, shard_ids)


def _take_in_thread(shard_id: int) -> bool:
    try:
        return take_shard(shard_id)
    finally:
        # The connection is this thread's own, and the thread may get no other shard.
        connection.close()
