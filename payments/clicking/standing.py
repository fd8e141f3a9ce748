"""Standing clicks: a click that comes in again at the beginning of each period."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.visibility import Visibility
from payments.budgets.holding import NoMeans
from payments.clicking.recording import ClickRefused, OwnThing, ThingUnavailable, record_click
from things.models import StandingClick, Thing
from things.periods import Period

log = logging.getLogger(__name__)


class AlreadyStanding(Exception):
    """The subscriber has a standing click on the thing."""


class NoSuchStandingClick(LookupError):
    """The subscriber has no standing click on the thing."""


@dataclass(frozen=True)
class CameIn:
    """How many standing clicks came in, and how many were refused for now."""

    recorded: int
    refused: int


def start_standing_click(
    *, subscriber: User, thing: Thing, at: datetime, until: date | None = None
) -> StandingClick:
    """Repeat a click each period from the next one on, until a last day or for good.

    The running period is for an ordinary click. Raises OwnThing, AlreadyStanding, or
    ThingUnavailable where the thing is not active or nobody owns it yet.
    """
    if thing.owner_id == subscriber.pk:
        raise OwnThing(f"{thing.url} belongs to {subscriber.username}")
    if thing.state != Thing.State.ACTIVE or thing.owner_id is None:
        raise ThingUnavailable(f"{thing.url} is not active, or nobody owns it yet")
    standing, made = StandingClick.objects.get_or_create(
        subscriber=subscriber,
        thing=thing,
        defaults={
            "created_at": at,
            "started_at": at,
            "until": until,
            "last_period": Period.of(at),
            "visibility": subscriber.visibility,
        },
    )
    if not made:
        raise AlreadyStanding(f"{subscriber.username} has a standing click on {thing.url}")
    return standing


def toggle_standing_click(*, subscriber: User, thing_id: int, at: datetime) -> StandingClick:
    """Pause a standing click, or start it again: from the next period on.

    Raises NoSuchStandingClick.
    """
    standing = _standing(subscriber, thing_id)
    standing.active = not standing.active
    if standing.active:
        standing.started_at = at
        standing.last_period = max(standing.last_period, Period.of(at))
    standing.save(update_fields=["active", "started_at", "last_period"])
    return standing


def end_standing_click(*, subscriber: User, thing_id: int) -> None:
    """End a standing click for good. Raises NoSuchStandingClick."""
    _standing(subscriber, thing_id).delete()


def standing_clicks_of(subscriber: User) -> QuerySet[StandingClick]:
    """A subscriber's standing clicks with their things, latest first."""
    standing = StandingClick.objects.filter(subscriber=subscriber)
    return standing.select_related("thing__owner").order_by("-created_at", "-pk")


def record_standing_clicks(*, period: Period, at: datetime) -> CameIn:
    """Let the standing clicks of a period come in, each as one click at a moment.

    Safe to run again at any time: each comes in once a period, also where its subscriber took
    the click back. One that is refused, for lack of means say, is tried again at the next run.
    A click is a transaction of its own.
    """
    waiting = StandingClick.objects.filter(
        Q(until=None) | Q(until__gte=period.first_day), active=True, last_period__lt=period
    )
    recorded = refused = 0
    # By subscriber: their clicks follow each other on one budget.
    rows = waiting.select_related("subscriber", "thing").order_by("subscriber", "pk")
    for standing in rows.iterator(chunk_size=500):
        try:
            record_click(
                subscriber=standing.subscriber,
                thing=standing.thing,
                at=at,
                visibility=Visibility(standing.visibility),
            )
        except (ClickRefused, NoMeans) as refusal:
            log.info("standing click %s: %s", standing.pk, refusal)
            refused += 1
        else:
            standing.last_period = period
            standing.save(update_fields=["last_period"])
            recorded += 1
    return CameIn(recorded, refused)


def _standing(subscriber: User, thing_id: int) -> StandingClick:
    standing = StandingClick.objects.filter(subscriber=subscriber, thing=thing_id).first()
    if standing is None:
        raise NoSuchStandingClick(f"{subscriber.username} has no standing click on {thing_id}")
    return standing
