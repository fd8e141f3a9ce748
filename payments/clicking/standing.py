"""Standing clicks: a click that is repeated at the beginning of each period."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db import transaction

from accounts.models import User
from accounts.visibility import Visibility
from payments.clicking.recording import OwnThing, ThingUnavailable
from things.models import StandingClick, StandingClickQuerySet, Thing
from things.periods import Period

# For so many months one may stand, as on Flattr; or without an end.
TERMS = (3, 6, 12)


class State(StrEnum):
    """How a standing click stands."""

    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"
    UNAVAILABLE = "unavailable"
    DUE = "due"


class AlreadyStanding(Exception):
    """The subscriber has a standing click on the thing."""


class NoSuchStandingClick(LookupError):
    """The subscriber has no standing click on the thing."""


def start_standing_click(
    *,
    subscriber: User,
    thing: Thing,
    at: datetime,
    until: date | None = None,
    visibility: Visibility | None = None,
) -> StandingClick:
    """Repeat a click each period from the next one on, until a last day or for good.

    It is as visible as said, or as the subscriber chose for all. The running period is for an
    ordinary click. Raises OwnThing, AlreadyStanding, or ThingUnavailable where the thing is not
    active or nobody owns it yet.
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
            "visibility": subscriber.visibility if visibility is None else visibility,
        },
    )
    if not made:
        raise AlreadyStanding(f"{subscriber.username} has a standing click on {thing.url}")
    return standing


def term_asked(text: str) -> int | None:
    """One of TERMS as a form says it; None, which is without an end, for anything else."""
    return next((term for term in TERMS if str(term) == text), None)


def last_day_of(term: int, *, after: Period) -> date:
    """The last day of so many months, the first of which is the one after a period."""
    period = after
    for _ in range(term + 1):
        period = period.next
    return period.first_day - timedelta(days=1)


def pause_standing_click(*, subscriber: User, thing_id: int) -> StandingClick:
    """Let a standing click rest from the next period on; its term goes on meanwhile.

    Raises NoSuchStandingClick.
    """
    with _locked(subscriber, thing_id) as standing:
        standing.active = False
    return standing


def restart_standing_click(*, subscriber: User, thing_id: int, at: datetime) -> StandingClick:
    """Let a standing click that rests count again, from the next period on.

    Raises NoSuchStandingClick.
    """
    with _locked(subscriber, thing_id) as standing:
        if not standing.active:
            _begin(standing, at)
    return standing


def toggle_standing_click(*, subscriber: User, thing_id: int, at: datetime) -> StandingClick:
    """Pause a standing click, or start it again: from the next period on.

    Raises NoSuchStandingClick.
    """
    with _locked(subscriber, thing_id) as standing:
        if standing.active:
            standing.active = False
        else:
            _begin(standing, at)
    return standing


def extend_standing_click(
    *, subscriber: User, thing_id: int, term: int | None, at: datetime
) -> StandingClick:
    """Let a standing click stand for so many months more, or without an end.

    More than it stands already; one that has none or is over stands so long from the next period
    on. Raises NoSuchStandingClick.
    """
    running = Period.of(at)
    with _locked(subscriber, thing_id) as standing:
        over, until = has_ended(standing, at=at), standing.until
        after = running if until is None else max(running, Period(until.year, until.month))
        standing.until = None if term is None else last_day_of(term, after=after)
        if over:
            _begin(standing, at)
    return standing


def state_of(standing: StandingClick, *, at: datetime) -> State:
    """How a standing click, read with its thing and the thing's owner, stands at a moment.

    DUE is one that has not come in in the running period, for want of means most often.
    """
    owner = standing.thing.owner
    if has_ended(standing, at=at):
        return State.ENDED
    if not standing.active:
        return State.PAUSED
    if standing.thing.state != Thing.State.ACTIVE or owner is None or owner.suspended:
        return State.UNAVAILABLE
    return State.DUE if standing.last_period < Period.of(at) else State.RUNNING


def has_ended(standing: StandingClick, *, at: datetime) -> bool:
    """Whether a standing click has come in for the last time: its last day is in the past.

    What waits for the running period can come in until the period ends.
    """
    if standing.until is None:
        return False
    running = Period.of(at)
    return standing.until < (
        running.first_day if standing.last_period < running else running.next.first_day
    )


def _begin(standing: StandingClick, at: datetime) -> None:
    """From the next period on."""
    standing.active = True
    standing.started_at = at
    standing.last_period = max(standing.last_period, Period.of(at))


def end_standing_click(*, subscriber: User, thing_id: int) -> None:
    """End a standing click for good. Raises NoSuchStandingClick."""
    mine = StandingClick.objects.filter(subscriber=subscriber, thing=thing_id)
    if not mine.delete()[0]:
        raise NoSuchStandingClick(f"{subscriber.username} has no standing click on {thing_id}")


def standing_clicks_of(subscriber: User) -> StandingClickQuerySet:
    """A subscriber's standing clicks with their things, latest first."""
    standing = StandingClick.objects.filter(subscriber=subscriber)
    return standing.select_related("thing__owner").order_by("-created_at", "-pk")


@contextmanager
def _locked(subscriber: User, thing_id: int) -> Iterator[StandingClick]:
    """A standing click to be changed, and saved after the block.

    The lock stops its coming in from being forgotten again: both write the last period.
    """
    with transaction.atomic():
        standing = (
            StandingClick.objects.select_for_update(no_key=True)
            .filter(subscriber=subscriber, thing=thing_id)
            .first()
        )
        if standing is None:
            raise NoSuchStandingClick(f"{subscriber.username} has no standing click on {thing_id}")
        yield standing
        standing.save(update_fields=["active", "started_at", "until", "last_period"])
