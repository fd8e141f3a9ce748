"""Lists of clicks, counted and pending, latest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from accounts.models import User
from accounts.visibility import Visibility
from things.models import Click, PendingClick, Thing
from things.partitions import periods_with_partition
from things.periods import Period


@dataclass(frozen=True)
class ListedClick:
    """Who clicked what, and when."""

    subscriber: User
    thing: Thing
    clicked_at: datetime


def shown_to(viewer: User | None) -> Q:
    """The clicks, counted or pending, whose subscriber a viewer may know; None is the public.

    The one rule for every list, feed and page that names who gave: what is public, one's own,
    and what is known to the creator, to the creator.
    """
    public = Q(visibility=Visibility.PUBLIC)
    if viewer is None:
        return public
    to_creator = Q(visibility=Visibility.CREATOR, thing__owner=viewer)
    return public | to_creator | Q(subscriber=viewer)


def clicks_by(subscriber: User, *, viewer: User | None, rows: slice) -> list[ListedClick]:
    """What somebody clicked, as far as the viewer may know. Four queries.

    Others never see a hidden thing.
    """
    condition = Q(subscriber=subscriber)
    if viewer != subscriber:
        condition &= shown_to(viewer) & Q(thing__hidden=False, thing__withheld=False)
    return _listed(condition, rows)


def clicks_on(thing: Thing, *, viewer: User | None, rows: slice) -> list[ListedClick]:
    """The clicks on a thing whose subscribers the viewer may know. Four queries."""
    family = Thing.objects.with_merged([thing.pk]).values("pk")
    return _listed(Q(thing__in=family) & shown_to(viewer), rows)


def clicks_received(creator: User, *, viewer: User | None, rows: slice) -> list[ListedClick]:
    """The clicks on somebody's things, as `clicks_on`; hidden things for the owner alone."""
    condition = Q(thing__owner=creator) & shown_to(viewer)
    if viewer != creator:
        condition &= Q(thing__hidden=False, thing__withheld=False)
    return _listed(condition, rows)


def clicks_until(period: Period, *, things: list[int]) -> dict[int, int]:
    """How often things were clicked up to and in a period, by their identifiers. Two queries."""
    periods = [one for one in periods_with_partition() if one <= period]
    rows = Click.objects.filter(period__in=periods, thing__in=things).values("thing")
    counted = rows.annotate(clicks=Count("*")).order_by()
    return dict.fromkeys(things, 0) | {row["thing"]: row["clicks"] for row in counted}


def _listed(condition: Q, rows: slice) -> list[ListedClick]:
    columns = ("subscriber_id", "thing_id", "clicked_at")
    # Named one by one, the periods let PostgreSQL seek a subscriber in each month's own index.
    clicks = Click.objects.filter(condition, period__in=periods_with_partition())
    pending = PendingClick.objects.filter(condition)
    both = clicks.values_list(*columns).union(pending.values_list(*columns), all=True)
    found = list(both.order_by("-clicked_at", "thing_id", "subscriber_id")[rows])
    users = User.objects.in_bulk({row[0] for row in found})
    things = Thing.objects.select_related("owner").in_bulk({row[1] for row in found})
    return [ListedClick(users[who], things[what], when) for who, what, when in found]
