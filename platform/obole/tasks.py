"""Periodic work of the project itself."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from obole.health.signs import leave_mark


@shared_task(name="obole.heartbeat", ignore_result=True)
def heartbeat() -> None:
    """Leave a mark: the clock sends, and a worker works."""
    leave_mark(at=timezone.now())
