"""Clicks whose share went back, as the statements of those concerned show them."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.models import User
from payments.settlement.corrections.models import ReversedClick
from things.periods import Period

# A page is for people: who has more finds all of them in the export of what is kept.
SHOWN = 100


def taken_from_giving(subscriber: User, period: Period) -> list[ReversedClick]:
    """What went back into a subscriber's wallet of a month, latest first. One query."""
    return list(_clicks().filter(subscriber=subscriber, period=period)[:SHOWN])


def taken_from_earnings(creator: User, period: Period) -> list[ReversedClick]:
    """What a creator gave back of a month, latest first. One query."""
    return list(_clicks().filter(creator=creator, period=period)[:SHOWN])


def _clicks() -> QuerySet[ReversedClick]:
    return ReversedClick.objects.select_related("thing__owner", "correction").order_by("-pk")
