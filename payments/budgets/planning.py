"""What a subscriber means to give each month."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from accounts.models import User
from payments.budgets.holding import NoMeans
from payments.budgets.models import Budget, Plan
from payments.budgets.periods import keep_open
from payments.ledger.posting import NotEnough, hold
from payments.money import MAX_AMOUNT, MICROS, format_trimmed
from things.partitions import is_sealed
from things.periods import Period

_CENT = MICROS // 100


class BudgetRefused(ValueError):
    """A budget cannot be of this amount or currency; the message says why."""


def set_budget(*, subscriber: User, amount: int, currency: str, at: datetime) -> Plan:
    """Set what a subscriber gives a month, in micros of a currency.

    A raise counts from now: the open budget of the running period is raised with it. Anything
    else counts from the next period on. Raises BudgetRefused if the amount is below the site's
    minimum, above MAX_AMOUNT or not in whole cents, or the currency is not one of the site's;
    NoMeans if a budget that is held already cannot be raised for lack of money. Then nothing
    has changed.
    """
    _check(amount, currency)
    with transaction.atomic():
        plan, _ = Plan.objects.update_or_create(
            subscriber=subscriber, defaults={"amount": amount, "currency": currency}
        )
        _raise_open_budget(subscriber, plan, Period.of(at))
    return plan


def _check(amount: int, currency: str) -> None:
    if currency not in settings.CURRENCIES:
        offered = ", ".join(settings.CURRENCIES)
        raise BudgetRefused(f"{currency} is not a currency of this site, which has {offered}")
    if amount < settings.MINIMUM_BUDGET:
        raise BudgetRefused(
            f"{format_trimmed(amount)} {currency} a month is below the minimum of"
            f" {format_trimmed(settings.MINIMUM_BUDGET)}"
        )
    if amount > MAX_AMOUNT or amount % _CENT:
        raise BudgetRefused(f"{format_trimmed(amount)} is not in whole cents, or is too large")


def _raise_open_budget(subscriber: User, plan: Plan, period: Period) -> None:
    if is_sealed(period):
        return
    budget = Budget.objects.lock(subscriber=subscriber, period=period)
    if budget is None or budget.currency != plan.currency or budget.amount >= plan.amount:
        return
    keep_open(period)
    if budget.held_at is not None:
        try:
            hold(budget.wallet, plan.amount - budget.amount)
        except NotEnough as refusal:
            raise NoMeans(f"the wallet does not cover the raise: {refusal}") from refusal
    budget.amount = plan.amount
    budget.save(update_fields=["amount"])
