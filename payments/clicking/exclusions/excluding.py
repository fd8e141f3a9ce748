"""The deeds: exclude a click or a thing from a month's division, and undo it until the settlement.

A settled month is corrected by mirror transfers instead: `payments.settlement.corrections`.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from payments.budgets.periods import keep_open
from payments.clicking.exclusions.asking import in_force
from payments.clicking.exclusions.models import Exclusion
from things.aliases.finding import surviving
from things.models import Click, Thing
from things.partitions import partition_exists
from things.periods import Period


class ExclusionRefused(Exception):
    """It cannot be excluded or undone as asked; each reason is a class of its own."""


class NothingToExclude(ExclusionRefused):
    """The subscriber did not click the thing in the period, or the period is too far ahead."""


class AlreadyExcluded(ExclusionRefused):
    """It takes no part already."""


class AlreadyUndone(ExclusionRefused):
    """The exclusion was undone before."""


def exclude_click(
    *, period: Period, subscriber: User, thing: Thing, reason: str, by: User, at: datetime
) -> Exclusion:
    """Leave one click out of its period's division; the budget is divided among the others.

    Raises NothingToExclude where there is no such click, AlreadyExcluded, and PeriodSealed (of
    things.partitions) once the period's settlement has begun.
    """
    with transaction.atomic():
        keep_open(period)
        kept = _lock(thing)
        clicks = Click.objects.in_period(period).filter(subscriber=subscriber, thing=kept)
        if not partition_exists(period) or not clicks.exists():
            raise NothingToExclude(f"{subscriber.username} did not click {kept.url} in {period}")
        return _exclude(period, kept, subscriber, reason, by, at)


def exclude_thing(
    *, period: Period, thing: Thing, reason: str, by: User, at: datetime
) -> Exclusion:
    """Leave all clicks on a thing out of a period's division, those to come too.

    Raises NothingToExclude for a period that has not begun, AlreadyExcluded, and PeriodSealed (of
    things.partitions) once its settlement has begun.
    """
    with transaction.atomic():
        keep_open(period)
        if period > Period.of(at):
            raise NothingToExclude(f"{period} has not begun")
        return _exclude(period, _lock(thing), None, reason, by, at)


def undo_exclusion(*, exclusion_id: int, by: User, at: datetime) -> Exclusion:
    """Let what was excluded take part again.

    Raises AlreadyUndone, and PeriodSealed (of things.partitions) once the period's settlement has
    begun. Locks the row, so that of two who undo it at once one does.
    """
    with transaction.atomic():
        exclusion = Exclusion.objects.select_for_update().get(pk=exclusion_id)
        keep_open(exclusion.period)
        if exclusion.undone_at is not None:
            raise AlreadyUndone("it takes part again already")
        exclusion.undone_by, exclusion.undone_at = by, at
        exclusion.save(update_fields=["undone_by", "undone_at"])
    return exclusion


def _lock(thing: Thing) -> Thing:
    """The thing that stands for it, locked: no merge moves its clicks away meanwhile."""
    kept = surviving(Thing.objects.select_related("merged_into").get(pk=thing.pk))
    return Thing.objects.select_for_update(no_key=True).get(pk=kept.pk)


def _exclude(
    period: Period, thing: Thing, subscriber: User | None, reason: str, by: User, at: datetime
) -> Exclusion:
    # The lock on the thing lets one of two who exclude the same at once find the other's.
    if in_force(period).filter(thing=thing, subscriber=subscriber).exists():
        raise AlreadyExcluded(f"it is excluded from {period} already")
    return Exclusion.objects.create(
        period=period,
        thing=thing,
        subscriber=subscriber,
        reason=reason,
        excluded_by=by,
        excluded_at=at,
    )
