"""Periodic work of this app."""

from celery import shared_task
from django.utils import timezone

from accounts.api.idempotency import drop_old_answers
from accounts.entrance.tasks import drop_unconfirmed_sign_ups, tell_nobody
from accounts.mail.tasks import drop_ended_mails, send_due_mails, send_mail_of_key
from accounts.privacy.tasks import make_export_of, make_exports
from accounts.security.sessions import drop_dead_sessions

__all__ = [
    "drop_ended_mails",
    "drop_kept_answers",
    "drop_sessions",
    "drop_unconfirmed_sign_ups",
    "make_export_of",
    "make_exports",
    "send_due_mails",
    "send_mail_of_key",
    "tell_nobody",
]


@shared_task(name="accounts.drop_kept_answers")
def drop_kept_answers() -> int:
    """Drop the answers that were kept for repeated requests and are older than a day."""
    return drop_old_answers(at=timezone.now())


@shared_task(name="accounts.drop_dead_sessions")
def drop_sessions() -> None:
    """Forget the sessions that ran out."""
    drop_dead_sessions(at=timezone.now())
