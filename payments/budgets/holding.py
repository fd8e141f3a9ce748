"""A budget is held on the wallet from the first click of its period on."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from payments.budgets.models import Budget, Plan
from payments.budgets.periods import keep_open
from payments.ledger.posting import NotEnough, hold, release, wallet_of
from things.periods import Period


class NoMeans(Exception):
    """The subscriber has no budget for the period: none is set, or the wallet does not cover it."""


def hold_budget(*, subscriber: User, period: Period, at: datetime) -> Budget:
    """The budget of a subscriber in a period, held, with its row locked until the transaction ends.

    The lock stops a click from counting on a hold that the last click taken back lifts meanwhile.
    Raises NoMeans if no plan is set or it is paused, or if the wallet does not cover it; raises
    PeriodSealed if the budget is not held yet and the period's settlement has begun.
    """
    budget = Budget.objects.lock(subscriber=subscriber, period=period)
    if budget is None or budget.held_at is None:
        keep_open(period)
        budget = budget or _opened(subscriber, period)
        _hold(budget, at)
    return budget


def free_budget(budget: Budget) -> None:
    """Lift the hold of a budget whose row the caller has locked: no click is left to fund."""
    keep_open(budget.period)
    release(budget.wallet, budget.amount)
    budget.held_at = None
    budget.save(update_fields=["held_at"])


def _opened(subscriber: User, period: Period) -> Budget:
    """A row made from the plan. Of two first clicks at once one makes it, the other waits."""
    plan = Plan.objects.filter(subscriber=subscriber, paused=False).first()
    if plan is None:
        raise NoMeans("no monthly budget is set")
    Budget.objects.bulk_create(
        [
            Budget(
                period=period,
                subscriber=subscriber,
                wallet=wallet_of(subscriber, plan.currency),
                amount=plan.amount,
                currency=plan.currency,
            )
        ],
        ignore_conflicts=True,
    )
    budget = Budget.objects.lock(subscriber=subscriber, period=period)
    if budget is None:
        raise Budget.DoesNotExist
    return budget


def _hold(budget: Budget, at: datetime) -> None:
    if budget.held_at is not None:
        return
    try:
        hold(budget.wallet, budget.amount)
    except NotEnough as refusal:
        raise NoMeans(f"the wallet does not cover the budget: {refusal}") from refusal
    budget.held_at = at
    budget.save(update_fields=["held_at"])
