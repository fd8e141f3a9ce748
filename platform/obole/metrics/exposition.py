"""The page that Prometheus reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import redis
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from obole.backups.making import MARK as BACKUP
from obole.health.signs import seconds_since_mark
from obole.metrics.families import Family
from obole.metrics.snapshot import last_snapshot
from obole.metrics.work import outcomes, queue_length, taken_tasks


def exposition() -> bytes:
    """All metrics in Prometheus' text format. No query to PostgreSQL, a few to Redis."""
    return generate_latest(_of_processes()) + generate_latest(_of_site())


def _of_processes() -> CollectorRegistry:
    """Of all web processes of this host where they share a folder; else of this process."""
    if not settings.METRICS_DIR:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=settings.METRICS_DIR)  # type: ignore[no-untyped-call]
    return registry


def _of_site() -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(_Site())
    return registry


class _Site(Collector):
    """What is the same whichever host is asked."""

    def collect(self) -> Iterator[Metric]:
        """The snapshot and its age, and what Redis knows of the work in the background."""
        for family in (*_snapshot(), *_work()):
            yield family.metric


def _snapshot() -> Iterator[Family]:
    try:
        snapshot = last_snapshot()
    except redis.RedisError:
        return
    if snapshot is not None:
        yield Family.of(
            "obole_snapshot_timestamp_seconds",
            "When the figures of money and of the month were counted, in unix seconds.",
            [],
            [[snapshot.at.timestamp()]],
        )
        yield from snapshot.families


def _work() -> Iterator[Family]:
    for name, meaning, ask in _LIVE:
        try:
            value = ask()
        except redis.RedisError:
            continue
        if value is not None:
            yield Family.of(name, meaning, [], [[value]])
    try:
        yield outcomes()
    except redis.RedisError:
        return


def _heartbeat_age() -> float | None:
    return seconds_since_mark(at=timezone.now())


def _last_backup() -> float | None:
    moment: float | None = cache.get(BACKUP)
    return moment


_LIVE: tuple[tuple[str, str, Callable[[], float | None]], ...] = (
    ("obole_queue_length", "Tasks that wait for a worker.", queue_length),
    ("obole_queue_taken", "Tasks that workers have taken and not ended.", taken_tasks),
    ("obole_backup_timestamp_seconds", "When the last backup was made.", _last_backup),
    ("obole_heartbeat_age_seconds", "Since a worker ran a task of the clock's.", _heartbeat_age),
)
