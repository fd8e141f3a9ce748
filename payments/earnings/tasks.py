"""Mails to creators about clicks, on time; each task is safe to run twice and beside others."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from payments.earnings.first_clicks import tell_of_first_clicks
from payments.earnings.weeks import queue_week_mails, weeks_due

# Much less than the ten minutes after which the clock starts it again.
RUN = timedelta(minutes=5)


@shared_task(name="payments.earnings.mail_first_clicks")
def mail_first_clicks() -> int:
    """Tell creators of the first click on anything of theirs. Returns how many were looked at."""
    ends_at, looked_at = timezone.now() + RUN, 0
    while timezone.now() < ends_at and (more := tell_of_first_clicks(at=timezone.now())):
        looked_at += more
    return looked_at


@shared_task(name="payments.earnings.mail_weeks")
def mail_weeks() -> None:
    """Tell creators what the last week brought, where it is Monday morning."""
    ends_at = timezone.now() + RUN
    for week in weeks_due(at=timezone.now()):
        while timezone.now() < ends_at and queue_week_mails(week, at=timezone.now()):
            pass
