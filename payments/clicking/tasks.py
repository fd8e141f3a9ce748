"""Standing clicks as Celery lets them come in."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from payments.clicking.standing import record_standing_clicks
from things.periods import Period


@shared_task(name="payments.clicking.record_standing_clicks")
def record_standing_clicks_of_month() -> int:
    """Let the standing clicks of the running month come in. Returns how many did."""
    now = timezone.now()
    return record_standing_clicks(period=Period.of(now), at=now).recorded
