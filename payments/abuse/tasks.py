"""What Celery does against abuse of the money: once a day."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from payments.abuse.marking import mark_period
from payments.clicking.addresses import forget_addresses
from things.periods import Period


@shared_task(name="payments.abuse.find_abuse")
def find_abuse() -> int:
    """Run the rules over the running month and the last one. Returns how many marks are new.

    The last one again: it is settled meanwhile, and payouts were asked for.
    """
    now = timezone.now()
    running = Period.of(now)
    forget_addresses(at=now)
    periods = (running.previous, running)
    return sum(done.new for period in periods for done in mark_period(period=period, at=now))
