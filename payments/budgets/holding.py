"""A budget is held on the wallet from the first click of its period on.

Note [Plan and budget]. What a subscriber wants is the plan, what they give in a period is the
budget. The first click makes the budget from the plan and holds it; from then on only a raise
changes it. So what is held is what holds now, and the plan is what holds from then on.

Both deeds lock the budget's row first, where there is one, and then the plan's: a click shares the
plan with other clicks, a change has it alone. A change that finds a budget which was made
meanwhile begins again, rather than wait for a row out of this order.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from accounts.models import User
from payments.budgets.models import Budget, Plan
from payments.budgets.periods import keep_open
from payments.ledger.models import LedgerAccount
from payments.ledger.posting import NotEnough, hold, release, wallet_of
from payments.money import format_trimmed
from things.periods import Period


class NoMeans(Exception):
    """The subscriber has no budget for the period; each reason is a class of its own."""


class NoPlan(NoMeans):
    """No monthly budget is set, or it was stopped."""


class PlanPaused(NoMeans):
    """The monthly budget is paused."""


class GivingStopped(NoMeans):
    """The site winds down: no new month of giving begins."""


class WalletShort(NoMeans):
    """The wallet does not cover what is to be held.

    `missing`, in micros of `currency`, is what must come in, debts included.
    """

    def __init__(self, wanted: int, wallet: LedgerAccount) -> None:
        self.missing = wanted - (wallet.balance - wallet.held)
        self.currency = wallet.currency
        super().__init__(
            f"the wallet does not cover it: {format_trimmed(wanted)} {self.currency} wanted,"
            f" {format_trimmed(wallet.free)} free"
        )


def hold_budget(*, subscriber: User, period: Period, at: datetime) -> Budget:
    """The budget of a subscriber in a period, held, with its row locked until the transaction ends.

    The lock stops a click from counting on a hold that the last click taken back lifts meanwhile.
    Raises NoPlan, PlanPaused, GivingStopped or WalletShort, which are NoMeans; raises PeriodSealed
    if the budget is not held yet and the period's settlement has begun.
    """
    budget = Budget.objects.lock(subscriber=subscriber, period=period)
    if budget is None or budget.held_at is None:
        if not settings.GIVING:
            raise GivingStopped("this site begins no new month of giving")
        keep_open(period)
        plan = _plan_of(subscriber)
        budget = budget or _opened(plan, period)
        if budget.held_at is None:
            follow_plan(budget, plan)
            hold_free(budget.wallet, budget.amount)
            budget.held_at = at
            budget.save(update_fields=["wallet", "amount", "currency", "held_at"])
    return budget


def free_budget(budget: Budget) -> None:
    """Lift the hold of a budget whose row the caller has locked: no click is left to fund."""
    keep_open(budget.period)
    release(budget.wallet, budget.amount)
    budget.held_at = None
    budget.save(update_fields=["held_at"])


def follow_plan(budget: Budget, plan: Plan) -> None:
    """Let a budget that nothing holds be what the plan says now. Saves nothing."""
    budget.amount, budget.currency = plan.amount, plan.currency
    budget.wallet = wallet_of(budget.subscriber, plan.currency)


def hold_free(wallet: LedgerAccount, amount: int) -> None:
    """Lay a hand on so many micros of a wallet. Raises WalletShort with what is missing."""
    try:
        hold(wallet, amount)
    except NotEnough as refusal:
        raise WalletShort(amount, wallet) from refusal


def _plan_of(subscriber: User) -> Plan:
    plan = Plan.objects.shared(subscriber)
    if plan is None or plan.stopped:
        raise NoPlan("no monthly budget is set")
    if plan.paused:
        raise PlanPaused("the monthly budget is paused")
    return plan


def _opened(plan: Plan, period: Period) -> Budget:
    """A row made from the plan. Of two first clicks at once one makes it, the other waits."""
    Budget.objects.bulk_create(
        [
            Budget(
                period=period,
                subscriber=plan.subscriber,
                wallet=wallet_of(plan.subscriber, plan.currency),
                amount=plan.amount,
                currency=plan.currency,
            )
        ],
        ignore_conflicts=True,
    )
    budget = Budget.objects.lock(subscriber=plan.subscriber, period=period)
    if budget is None:
        raise Budget.DoesNotExist
    return budget
