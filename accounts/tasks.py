"""Periodic work of this app."""

from celery import shared_task
from django.utils import timezone

from accounts.api.idempotency import drop_old_answers


@shared_task(name="accounts.drop_kept_answers")
def drop_kept_answers() -> int:
    """Drop the answers that were kept for repeated requests and are older than a day."""
    return drop_old_answers(at=timezone.now())
