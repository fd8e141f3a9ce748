"""Periodic work of the project itself."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from obole.health.signs import leave_mark
from obole.metrics.snapshot import take_snapshot


@shared_task(name="obole.heartbeat", ignore_result=True)
def heartbeat() -> None:
    """Leave a mark: the clock sends, and a worker works."""
    leave_mark(at=timezone.now())


@shared_task(name="obole.take_snapshot", ignore_result=True)
def take_snapshot_of_figures() -> None:
    """Count what the metrics and the operator's desk show."""
    take_snapshot()
