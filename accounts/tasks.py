"""Periodic work of this app."""

from celery import shared_task
from django.utils import timezone

from accounts.api.idempotency import drop_old_answers
from accounts.mail.tasks import drop_ended_mails, send_due_mails, send_mail_of_key

__all__ = ["drop_ended_mails", "drop_kept_answers", "send_due_mails", "send_mail_of_key"]


@shared_task(name="accounts.drop_kept_answers")
def drop_kept_answers() -> int:
    """Drop the answers that were kept for repeated requests and are older than a day."""
    return drop_old_answers(at=timezone.now())
