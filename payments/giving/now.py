"""The running month of a subscriber at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from accounts.models import User
from payments.budgets.models import Budget, Plan
from payments.clicking.taking_part import left_out_now
from payments.ledger.models import LedgerAccount
from things.models import Click
from things.periods import Period

LATEST = 5


@dataclass(frozen=True)
class RunningMonth:
    """What stands so far. Amounts are in micros, of the budget's currency or the wallet's own.

    `clicks` are those that the budget would be divided among if the month ended now; besides them
    there are `left_out`, of which the statement says why.
    """

    period: Period
    plan: Plan | None
    budget: Budget | None
    wallets: list[LedgerAccount]
    clicks: int
    left_out: int
    latest: list[Click]
    days_left: int

    @property
    def chosen(self) -> Budget | Plan | None:
        """The budget once a click holds it; before that what is planned, if not paused."""
        return self.budget or (self.plan if self.plan and self.plan.gives else None)

    @property
    def share(self) -> int | None:
        """What each click is worth now. None without a budget, or without a click."""
        return self.chosen.amount // self.clicks if self.chosen and self.clicks else None

    @property
    def share_of_next(self) -> int | None:
        """What each click would be worth with one more."""
        return self.chosen.amount // (self.clicks + 1) if self.chosen else None

    @property
    def missing(self) -> int:
        """What the wallet lacks for the planned budget; nothing where one is held already."""
        if self.chosen is None or self.budget is not None:
            return 0
        free = sum(each.free for each in self.wallets if each.currency == self.chosen.currency)
        return max(self.chosen.amount - free, 0)


def running_month(subscriber: User, *, at: datetime) -> RunningMonth:
    """The month that a moment falls into. Five queries, however many clicks there are."""
    period = Period.of(at)
    held = Budget.objects.in_period(period).held().filter(subscriber=subscriber)
    budget = held.select_related("wallet").first()
    clicks = Click.objects.in_period(period).filter(subscriber=subscriber)
    found = clicks.aggregate(
        number=Count("thing"), left_out=Count("thing", filter=left_out_now(period))
    )
    # Nothing is given out of a wallet that owes.
    left_out = found["number"] if budget and budget.wallet.owed else found["left_out"]
    wallets = LedgerAccount.objects.filter(owner=subscriber, kind=LedgerAccount.Kind.WALLET)
    return RunningMonth(
        period=period,
        plan=Plan.objects.filter(subscriber=subscriber).first(),
        budget=budget,
        wallets=list(wallets.order_by("currency")),
        clicks=found["number"] - left_out,
        left_out=left_out,
        latest=list(
            clicks.select_related("thing__owner").order_by("-clicked_at", "-thing")[:LATEST]
        ),
        days_left=(period.ends_at - at).days,
    )
