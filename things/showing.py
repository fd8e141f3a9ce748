"""Changing who learns of clicks that were given: also of those that are settled long since."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.visibility import Visibility
from things.models import Click, PendingClick, StandingClick, Thing
from things.partitions import periods_with_partition
from things.periods import Period


class NothingToShow(LookupError):
    """The subscriber has no click on the thing in the period, and none that waits."""


def visibility_of_click(*, subscriber: User, thing: Thing, at: datetime) -> Visibility | None:
    """That of one's click on a thing in the period of a moment; None where there is none."""
    clicks = Click.objects.in_period(Period.of(at)).filter(subscriber=subscriber, thing=thing)
    found = clicks.values_list("visibility", flat=True).first()
    return None if found is None else Visibility(found)


def show_click(*, subscriber: User, thing_id: int, period: Period, visibility: Visibility) -> None:
    """Make one's click of a period, or the one that waits, as visible as said.

    Raises NothingToShow.
    """
    chosen = {"visibility": visibility}
    mine = {"subscriber": subscriber, "thing": thing_id}
    clicks = Click.objects.in_period(period).filter(**mine).update(**chosen)
    if not clicks and not PendingClick.objects.filter(**mine).update(**chosen):
        raise NothingToShow(f"{subscriber.username} has no click on {thing_id} in {period}")


def show_standing_click(*, subscriber: User, thing_id: int, visibility: Visibility) -> None:
    """Make what a standing click brings in from now on as visible as said. Raises NothingToShow."""
    standing = StandingClick.objects.filter(subscriber=subscriber, thing=thing_id)
    if not standing.update(visibility=visibility):
        raise NothingToShow(f"{subscriber.username} has no standing click on {thing_id}")


def show_clicks_so_far(*, subscriber: User, visibility: Visibility) -> None:
    """Make all that one clicked, in whatever period, as visible as said; what stands too."""
    with transaction.atomic():
        # Named one by one, the periods let PostgreSQL seek a subscriber in each month's index.
        Click.objects.filter(subscriber=subscriber, period__in=periods_with_partition()).update(
            visibility=visibility
        )
        PendingClick.objects.filter(subscriber=subscriber).update(visibility=visibility)
        StandingClick.objects.filter(subscriber=subscriber).update(visibility=visibility)
