"""Standing clicks for which there are no means: noted and told once a period."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from payments.budgets.models import Plan
from payments.clicking.models import SkippedPeriod
from payments.clicking.standing import standing_clicks_of
from payments.mails import THINGS_NAMED, tell_of_skipped_clicks
from things.models import StandingClick, Thing
from things.periods import Period


def note_skipped(*, subscriber: User, period: Period, at: datetime) -> bool:
    """Note that a subscriber's standing clicks could not come in, and say so by mail.

    Once a period; True if this was the time.
    """
    skipped = standing_clicks_of(subscriber).due(period).filter(thing__state=Thing.State.ACTIVE)
    with transaction.atomic():
        _, made = SkippedPeriod.objects.get_or_create(
            subscriber=subscriber,
            period=period,
            defaults={"number": skipped.count(), "skipped_at": at},
        )
        if made:
            _tell(subscriber, period, list(skipped[:THINGS_NAMED]), skipped.count())
    return made


def _tell(subscriber: User, period: Period, skipped: list[StandingClick], number: int) -> None:
    tell_of_skipped_clicks(
        subscriber=subscriber,
        period=period,
        things=[standing.thing for standing in skipped],
        number=number,
        has_budget=Plan.objects.giving().filter(subscriber=subscriber).exists(),
    )
