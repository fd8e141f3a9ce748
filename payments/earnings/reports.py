"""What a creator earned in a period, thing by thing, and who may see it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Min, QuerySet, Sum
from django.db.models.functions import Coalesce

from accounts.models import User
from payments.earnings.figures import medians_of
from payments.settlement.models import CreatorEarnings, ThingEarnings
from payments.tips.sums import TipsOfMonth, tips_by_month
from things.models import Thing
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
    """A creator's period: a total for each currency, and the things, most earned first.

    And what tips brought, by currency. Without totals no click earned anything, or not yet.
    """

    creator: User
    period: Period
    totals: list[Total]
    things: QuerySet[ThingEarnings]
    tips: list[TipsOfMonth]


@dataclass(frozen=True)
class ThingLine:
    """What a thing earned in a period and currency, with what was merged into it; in micros.

    `lowest`, `highest`, `mean` and `median` are of what one click was worth.
    """

    thing: Thing
    currency: str
    clicks: int
    gross: int
    lowest: int
    highest: int
    median: int

    @property
    def mean(self) -> int:
        """Rounded down."""
        return self.gross // self.clicks


def may_see_earnings(*, viewer: User, creator: User) -> bool:
    """Creators see their own earnings; so do operators with the permission to view them."""
    return viewer == creator or viewer.has_perm("payments.view_creatorearnings")


def earnings_of_creator(creator: User) -> QuerySet[CreatorEarnings]:
    """All that a creator earned, latest period first, a row for each period and currency."""
    return CreatorEarnings.objects.filter(creator=creator).order_by("-period", "currency")


def creator_month(*, creator: User, period: Period) -> CreatorMonth:
    """One period of a creator. Three queries; the things are read when they are paged.

    Raises NothingEarned if neither clicks nor tips brought anything.
    """
    things = ThingEarnings.objects.filter(period=period, creator=creator)
    extremes = {
        row["currency"]: (row["lowest"], row["highest"])
        for row in things.values("currency").annotate(lowest=Min("lowest"), highest=Max("highest"))
    }
    earned = earnings_of_creator(creator).filter(period=period)
    totals = [Total(earnings, *extremes[earnings.currency]) for earnings in earned]
    tips = tips_by_month(creator, first=period, last=period)
    if not totals and not tips:
        raise NothingEarned(creator, period)
    ordered = things.select_related("thing").order_by("currency", "-gross", "thing_id")
    return CreatorMonth(creator, period, totals, ordered, tips)


def sums_by_thing(month: CreatorMonth) -> QuerySet[ThingEarnings, Any]:
    """The rows of a period added up by the thing that is left of merged ones, to be paged."""
    rows = ThingEarnings.objects.filter(period=month.period, creator=month.creator)
    summed = rows.values("currency", kept=Coalesce("thing__merged_into", "thing")).annotate(
        clicks_in_all=Sum("clicks"),
        gross_in_all=Sum("gross"),
        least=Min("lowest"),
        most=Max("highest"),
    )
    return summed.order_by("currency", "-gross_in_all", "kept")


def thing_lines(month: CreatorMonth, sums: Iterable[dict[str, Any]]) -> list[ThingLine]:
    """Some of `sums_by_thing` as lines, each with its thing and its median. Two queries."""
    rows = list(sums)
    kept = {row["kept"] for row in rows}
    things = Thing.objects.select_related("owner").in_bulk(kept)
    medians = medians_of(kept, month.creator, month.period)
    return [
        ThingLine(
            thing=things[row["kept"]],
            currency=row["currency"],
            clicks=row["clicks_in_all"],
            gross=row["gross_in_all"],
            lowest=row["least"],
            highest=row["most"],
            median=medians.get((row["kept"], row["currency"]), 0),
        )
        for row in rows
    ]
