"""A creator's months side by side, and what earned best."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Sum
from django.db.models.functions import Coalesce

from accounts.models import User
from payments.earnings.history import imported_months
from payments.settlement.models import CreatorEarnings, ThingEarnings
from payments.tips.sums import TipsOfMonth, tips_by_month
from things.models import Thing
from things.periods import Period

BEST = 10


@dataclass(frozen=True)
class MonthRow:
    """One period in one currency, in micros: by clicks, and beside them `tips`, where there are.

    `imported` is from Flattr and outside the ledger: there `gross` and `net` are the revenue that
    Flattr reported.
    """

    period: Period
    currency: str
    clicks: int
    gross: int
    fee: int
    net: int
    things: int = 0
    imported: bool = False
    tips: TipsOfMonth | None = None

    @property
    def received(self) -> int:
        """What came in by clicks and tips, after the fee."""
        return self.net + (self.tips.net if self.tips else 0)


@dataclass(frozen=True)
class Best:
    """A thing, and what it earned in all settled periods in a currency, before the fee."""

    thing: Thing
    currency: str
    clicks: int
    gross: int


def months_of(creator: User) -> list[MonthRow]:
    """All months of a creator, latest first; an imported one only where there is no other.

    Three queries. A creator has a few hundred at most.
    """
    tips = {(one.period, one.currency): one for one in tips_by_month(creator)}
    settled = [
        MonthRow(
            earned.period,
            earned.currency,
            earned.clicks,
            earned.gross,
            earned.fee,
            earned.net,
            earned.things,
            tips=tips.pop((earned.period, earned.currency), None),
        )
        for earned in CreatorEarnings.objects.filter(creator=creator)
    ]
    settled += [MonthRow(*month, 0, 0, 0, 0, tips=by_tips) for month, by_tips in tips.items()]
    here = {(row.period, row.currency) for row in settled}
    elsewhere = [
        MonthRow(
            row["period"],
            row["currency"],
            row["clicks"],
            row["revenue"],
            0,
            row["revenue"],
            imported=True,
        )
        for row in imported_months(creator)
        if (row["period"], row["currency"]) not in here
    ]
    rows = sorted([*settled, *elsewhere], key=lambda row: row.currency)
    return sorted(rows, key=lambda row: row.period, reverse=True)


def best_of(creator: User, *, most: int = BEST) -> list[Best]:
    """The things that earned most, with what was merged into them. Two queries."""
    rows = (
        ThingEarnings.objects.filter(creator=creator)
        .values("currency", kept=Coalesce("thing__merged_into", "thing"))
        .annotate(clicks_in_all=Sum("clicks"), gross_in_all=Sum("gross"))
        .order_by("-gross_in_all", "kept")[:most]
    )
    found = list(rows)
    things = Thing.objects.select_related("owner").in_bulk([row["kept"] for row in found])
    return [
        Best(things[row["kept"]], row["currency"], row["clicks_in_all"], row["gross_in_all"])
        for row in found
    ]
