"""Counting a click and taking it back, whatever the front: button, popup, link or API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.db import connection, transaction

from accounts.models import User
from accounts.visibility import Visibility
from payments.budgets.holding import NoMeans, free_budget, hold_budget
from payments.budgets.models import Budget
from payments.budgets.periods import keep_open
from payments.clicking.coming_in import bring_in
from payments.clicking.tally import tallied
from things.aliases.finding import surviving
from things.counting import add_to_count
from things.models import Click, PendingClick, Thing
from things.partitions import PeriodSealed, ensure_partition, naming_the_seal, partition_exists
from things.periods import Period
from things.webhooks.facts import tell_of_pending_click
from things.webhooks.models import Event


class Outcome(Enum):
    """What became of a click that was not refused."""

    COUNTED = "counted"
    ALREADY = "already"
    PENDING = "pending"


@dataclass(frozen=True)
class Recorded:
    """A click as it stands. `period` is where it counts; None while it is pending."""

    outcome: Outcome
    period: Period | None


class ClickRefused(Exception):
    """A click that cannot count; each reason is a class of its own."""


class OwnThing(ClickRefused):
    """The subscriber owns the thing."""


class ThingUnavailable(ClickRefused):
    """The thing is withdrawn or suspended, or its owner is suspended."""


class SubscriberSuspended(ClickRefused):
    """The subscriber is suspended."""


class NoSuchClick(ClickRefused):
    """There is no click of the running period to take back."""


@tallied(ClickRefused, NoMeans)
def record_click(
    *, subscriber: User, thing: Thing, at: datetime, visibility: Visibility | None = None
) -> Recorded:
    """Count a click of `at`, once a period, or keep it pending where nobody owns the thing.

    It is as visible as said, or as the subscriber chose for all. The period's budget is held with
    its first click, and with it the standing clicks come in. Once a period's settlement has begun,
    the click counts in the next. Raises OwnThing, ThingUnavailable, SubscriberSuspended, or NoMeans
    (of payments.budgets.holding); then nothing has changed.
    """
    thing = Thing.objects.select_related("owner", "merged_into__owner").get(pk=thing.pk)
    thing = surviving(thing)
    _check_allowed(subscriber, thing)
    shown = Visibility(subscriber.visibility) if visibility is None else visibility
    if thing.owner is None:
        # Nothing is kept where it got its owner meanwhile: then it counts.
        return _keep_pending(subscriber, thing, at, shown) or record_click(
            subscriber=subscriber, thing=thing, at=at, visibility=shown
        )
    period = Period.of(at)
    try:
        return _count(subscriber, thing, period, at, shown)
    except PeriodSealed:
        return _count(subscriber, thing, period.next, at, shown)


def take_back_click(*, subscriber: User, thing: Thing, at: datetime) -> None:
    """Take a click of the running period back, or a pending one.

    With the last click of the period the hold of its budget is lifted. Raises NoSuchClick if
    there is none, PeriodSealed if the period's settlement has begun.
    """
    period = Period.of(at)
    with transaction.atomic():
        pending = _take_back_pending(subscriber, thing, at)
        counted = _take_back_counted(subscriber, thing, period)
        if not pending and not counted:
            raise NoSuchClick(f"no click on {thing.url} in {period}")


def drop_old_pending_clicks(*, before: datetime, at: datetime, most: int) -> int:
    """Drop clicks that wait for a creator since before a moment, oldest first. Returns how many.

    At most `most` in one transaction; what a partner was told of, it is told is no more.
    """
    with transaction.atomic():
        old = PendingClick.objects.filter(clicked_at__lt=before).order_by("clicked_at")
        locked = old.select_for_update(of=["self"], skip_locked=True)
        clicks = list(locked.select_related("thing", "subscriber")[:most])
        for click in clicks:
            _take_back_pending(click.subscriber, click.thing, at)
    return len(clicks)


def _take_back_pending(subscriber: User, thing: Thing, at: datetime) -> bool:
    """Whoever was told of it is told that it is no more."""
    pending = PendingClick.objects.select_for_update().filter(subscriber=subscriber, thing=thing)
    click = pending.first()
    if click is None:
        return False
    click.delete()
    tell_of_pending_click(
        thing=thing,
        subscriber=subscriber,
        visibility=Visibility(click.visibility),
        event=Event.PENDING_CLICK_DELETE,
        at=at,
    )
    return True


def _take_back_counted(subscriber: User, thing: Thing, period: Period) -> bool:
    clicks = Click.objects.in_period(period).filter(subscriber=subscriber)
    if not clicks.filter(thing=thing).exists():
        return False
    budget = Budget.objects.lock(subscriber=subscriber, period=period)
    # A period that closes waits for whoever deletes; so nothing is deleted before it is kept open.
    keep_open(period)
    # A plain DELETE: what refers to clicks is nothing, and Django would look for it.
    counted = clicks.filter(thing=thing)._raw_delete(clicks.db)
    if counted:
        transaction.on_commit(lambda: add_to_count(thing.pk, -1))
        if budget is not None and not clicks.exists():
            free_budget(budget)
    return bool(counted)


def _check_allowed(subscriber: User, thing: Thing) -> None:
    if subscriber.suspended:
        raise SubscriberSuspended(f"{subscriber.username} is suspended")
    if thing.state != Thing.State.ACTIVE:
        raise ThingUnavailable(f"{thing.url} is {thing.get_state_display()}")
    if thing.owner is not None and thing.owner.suspended:
        raise ThingUnavailable(f"the owner of {thing.url} is suspended")
    if thing.owner_id == subscriber.pk:
        raise OwnThing(f"{thing.url} belongs to {subscriber.username}")


def _keep_pending(
    subscriber: User, thing: Thing, at: datetime, visibility: Visibility
) -> Recorded | None:
    with transaction.atomic():
        if not _stays_unclaimed(thing):
            return None
        _, made = PendingClick.objects.get_or_create(
            subscriber=subscriber,
            thing=thing,
            defaults={"clicked_at": at, "visibility": visibility},
        )
        if made:
            tell_of_pending_click(
                thing=thing,
                subscriber=subscriber,
                visibility=visibility,
                event=Event.PENDING_CLICK_CREATE,
                at=at,
            )
    return Recorded(Outcome.PENDING if made else Outcome.ALREADY, None)


def _stays_unclaimed(thing: Thing) -> bool:
    """Whether nobody owns a thing, until the transaction ends.

    A claim counts the clicks that wait: without the lock, one could come just too late for it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM things_thing WHERE id = %s AND owner_id IS NULL FOR SHARE", [thing.pk]
        )
        return bool(cursor.rowcount)


def _count(
    subscriber: User, thing: Thing, period: Period, at: datetime, visibility: Visibility
) -> Recorded:
    if not partition_exists(period):
        ensure_partition(period)
    with naming_the_seal():
        budget = hold_budget(subscriber=subscriber, period=period, at=at)
        made = _insert(
            Click(
                period=period,
                subscriber=subscriber,
                thing=thing,
                clicked_at=at,
                visibility=visibility,
            )
        )
        if made:
            transaction.on_commit(lambda: add_to_count(thing.pk, 1))
        if budget.held_at == at:
            # Held just now: see Note [Before everything else].
            bring_in(subscriber=subscriber, period=period, at=at)
    return Recorded(Outcome.COUNTED if made else Outcome.ALREADY, period)


def _insert(click: Click) -> bool:
    """Insert a click, once. Django's bulk_create cannot say whether there was a conflict."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO things_click (period, subscriber_id, thing_id, clicked_at, visibility)"
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            [
                click.period.first_day,
                click.subscriber_id,
                click.thing_id,
                click.clicked_at,
                click.visibility,
            ],
        )
        return bool(cursor.rowcount)
