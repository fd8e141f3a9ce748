"""What a creator earned in a period, thing by thing, and who may see it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Max, Min, QuerySet

from accounts.models import User
from payments.settlement.models import CreatorEarnings, ThingEarnings
from things.periods import Period


class NothingEarned(LookupError):
    """The creator earned nothing in the period, or the period is not settled."""

    def __init__(self, creator: User, period: Period) -> None:
        super().__init__(f"{creator.username} earned nothing in {period}")


@dataclass(frozen=True)
class Total:
    """A creator's period in one currency: the earnings, and the extremes of all clicks."""

    earnings: CreatorEarnings
    lowest: int
    highest: int


@dataclass(frozen=True)
class CreatorMonth:
    """A creator's period: a total for each currency, and the things, most earned first."""

    creator: User
    period: Period
    totals: list[Total]
    things: QuerySet[ThingEarnings]


def may_see_earnings(*, viewer: User, creator: User) -> bool:
    """Creators see their own earnings; so do operators with the permission to view them."""
    return viewer == creator or viewer.has_perm("payments.view_creatorearnings")


def earnings_of_creator(creator: User) -> QuerySet[CreatorEarnings]:
    """All that a creator earned, latest period first, a row for each period and currency."""
    return CreatorEarnings.objects.filter(creator=creator).order_by("-period", "currency")


def creator_month(*, creator: User, period: Period) -> CreatorMonth:
    """One period of a creator. Two queries; the things are read when they are paged.

    Raises NothingEarned if there is nothing to show.
    """
    things = ThingEarnings.objects.filter(period=period, creator=creator)
    extremes = {
        row["currency"]: (row["lowest"], row["highest"])
        for row in things.values("currency").annotate(lowest=Min("lowest"), highest=Max("highest"))
    }
    earned = earnings_of_creator(creator).filter(period=period)
    totals = [Total(earnings, *extremes[earnings.currency]) for earnings in earned]
    if not totals:
        raise NothingEarned(creator, period)
    ordered = things.select_related("thing").order_by("currency", "-gross", "thing_id")
    return CreatorMonth(creator, period, totals, ordered)
