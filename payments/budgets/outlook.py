"""What holds now of what a subscriber gives, and what from when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from payments.budgets.models import Budget, Plan
from payments.ledger.models import LedgerAccount
from things.partitions import is_sealed
from things.periods import Period


@dataclass(frozen=True)
class Outlook:
    """A subscriber's budget: `period` is the one in which clicks count now.

    `held` is what a click of it holds already, else None. See Note [Plan and budget].
    """

    period: Period
    plan: Plan | None
    held: Budget | None

    @property
    def next(self) -> Plan | None:
        """What holds from the next period on, or from the first click on; None for nothing."""
        return self.plan if self.plan is not None and self.plan.gives else None

    @property
    def now(self) -> Budget | Plan | None:
        """What holds in the period: what is held, else what its first click would hold."""
        return self.held or self.next

    @property
    def changes(self) -> bool:
        """Whether something else holds from the next period on than now."""
        return _sum(self.now) != _sum(self.next)


def outlook_of(subscriber: User, *, at: datetime) -> Outlook:
    """How a subscriber's budget stands at a moment. Three queries."""
    period = counting_period(at)
    held = Budget.objects.in_period(period).held().filter(subscriber=subscriber)
    return Outlook(
        period=period,
        plan=Plan.objects.filter(subscriber=subscriber).first(),
        held=held.select_related("wallet").first(),
    )


def counting_period(at: datetime) -> Period:
    """The period in which a click of a moment counts: the next, where the running one is sealed."""
    period = Period.of(at)
    return period.next if is_sealed(period) else period


def missing_for(outlook: Outlook) -> int:
    """What must come into the wallet before the period's first click can be held, in micros.

    0 where a budget is held, where there is none, or where the wallet covers it. One query.
    """
    coming = outlook.next
    if outlook.held is not None or coming is None:
        return 0
    wallet = LedgerAccount.objects.filter(
        owner=coming.subscriber_id, kind=LedgerAccount.Kind.WALLET, currency=coming.currency
    ).first()
    there = wallet.balance - wallet.held if wallet is not None else 0
    return max(coming.amount - there, 0)


def _sum(chosen: Budget | Plan | None) -> tuple[int, str] | None:
    return None if chosen is None else (chosen.amount, chosen.currency)
