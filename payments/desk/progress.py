"""How far month ends have come, by stage and shard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db.models import Count, Q, Sum

from payments.settlement.models import Settlement, Shard, Stage
from things.periods import Period

SHARDS_SHOWN = 50
# In seconds. Nobody waits longer for a worker without asking why.
START_KEPT = 3600


@dataclass(frozen=True)
class StageProgress:
    """One stage: how many of its shards are done, and the rows that they wrote."""

    stage: Stage
    done: int
    whole: int
    written: int

    @property
    def state(self) -> str:
        """`waiting`, `running` or `done`."""
        if self.stage.ended_at is not None:
            return "done"
        return "waiting" if self.stage.started_at is None else "running"


@dataclass(frozen=True)
class Progress:
    """A settlement as it stands: its stages in order, and the first shards that are not done."""

    settlement: Settlement
    stages: list[StageProgress]
    open_shards: list[Shard]

    @property
    def is_running(self) -> bool:
        """Whether it has begun and not ended."""
        return self.settlement.settled_at is None


def progress_of(period: Period) -> Progress | None:
    """Where the settlement of a period is; None where it has not begun. Three queries."""
    settlement = Settlement.objects.filter(period=period).first()
    if settlement is None:
        return None
    stages = settlement.stages.annotate(
        whole=Count("shards"),
        done=Count("shards", filter=Q(shards__ended_at__isnull=False)),
        written=Sum("shards__written", default=0),
    ).order_by("id")
    open_shards = Shard.objects.filter(stage__settlement=settlement, ended_at=None)
    return Progress(
        settlement,
        [StageProgress(stage, stage.done, stage.whole, stage.written) for stage in stages],
        list(open_shards.select_related("stage").order_by("id")[:SHARDS_SHOWN]),
    )


def note_start(period: Period, *, at: datetime) -> None:
    """Remember that somebody started a month end, until a worker has begun it."""
    cache.set(_start(period), at, START_KEPT)


def noted_start(period: Period) -> datetime | None:
    """When it was started last; the start may have been taken by a worker since."""
    at: datetime | None = cache.get(_start(period))
    return at


@dataclass(frozen=True)
class PastMonth:
    """A line of the history."""

    settlement: Settlement
    seconds: float | None


def history(*, most: int = 120) -> list[PastMonth]:
    """The settlements, latest first, with how long each took. One query."""
    rows = Settlement.objects.order_by("-period")[:most]
    return [PastMonth(row, _seconds(row.closed_at, row.settled_at)) for row in rows]


def _seconds(began: datetime, ended: datetime | None) -> float | None:
    return (ended - began).total_seconds() if ended else None


def _start(period: Period) -> str:
    return f"desk:start:{period}"
