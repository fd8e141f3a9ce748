"""Mails about giving, on time; each task is safe to run twice and beside others."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from payments.giving.means_mails import queue_means_mails
from payments.giving.month_mails import months_to_mail, queue_month_mails

# Less than the minute after which the clock starts it again.
RUN = timedelta(seconds=50)


@shared_task(name="payments.giving.mail_settled_months")
def mail_settled_months() -> None:
    """Queue the mails of settled months that are not queued, for most of a minute."""
    ends_at = timezone.now() + RUN
    for settlement in months_to_mail(at=timezone.now()):
        while timezone.now() < ends_at:
            if not queue_month_mails(settlement=settlement, at=timezone.now()):
                break


@shared_task(name="payments.giving.mail_low_means")
def mail_low_means() -> None:
    """Tell those whose wallet will not cover the next budget, for most of a minute."""
    ends_at = timezone.now() + RUN
    while timezone.now() < ends_at and queue_means_mails(at=timezone.now()):
        pass
