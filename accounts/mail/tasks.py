"""Sending in the background; each task is safe to run twice and beside others."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from accounts.mail.sending import drop_old_mails, send_due, send_one

# Less than the minute after which the clock starts it again.
RUN = timedelta(seconds=50)


@shared_task(name="accounts.send_mail_of_key")
def send_mail_of_key(*, key: str) -> None:
    """Send one mail, if no other sender has it."""
    send_one(key=key, at=timezone.now())


@shared_task(name="accounts.send_due_mails")
def send_due_mails() -> int:
    """Send what is due, and what a dead sender left, for most of a minute."""
    ends_at = timezone.now() + RUN
    sent = 0
    while timezone.now() < ends_at and (taken := send_due(at=timezone.now())):
        sent += taken
    return sent


@shared_task(name="accounts.drop_old_mails")
def drop_ended_mails() -> int:
    """Drop mails that ended long ago."""
    return drop_old_mails(at=timezone.now())
