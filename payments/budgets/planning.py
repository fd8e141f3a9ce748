"""What a subscriber means to give each month: set, paused, gone on with, stopped."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction

from accounts.models import User
from payments.budgets.holding import NoPlan, follow_plan, hold_free
from payments.budgets.models import Budget, Plan
from payments.budgets.periods import keep_open
from payments.money import MAX_AMOUNT, MICROS, format_trimmed
from things.partitions import PeriodSealed
from things.periods import Period

_CENT = MICROS // 100

_Chosen = Mapping[str, int | str | bool]


class BudgetRefused(ValueError):
    """A budget cannot be of this amount or currency; each reason is a class of its own."""


class BudgetTooSmall(BudgetRefused):
    """The amount is below the site's minimum."""


class BudgetNotInCents(BudgetRefused):
    """The amount is not in whole cents, or above MAX_AMOUNT."""


class NotACurrencyHere(BudgetRefused):
    """The site does not have the currency."""


def set_budget(*, subscriber: User, amount: int, currency: str, at: datetime) -> Plan:
    """Set what a subscriber gives a month, in micros of a currency; ends a pause.

    A raise counts from now: the held budget of the running period is raised with it. Anything
    else counts from the next period on, or at once where no click holds a budget yet: see Note
    [Plan and budget]. Raises BudgetTooSmall, BudgetNotInCents or NotACurrencyHere, which are
    BudgetRefused, and WalletShort if a budget that is held cannot be raised for lack of money.
    Then nothing has changed.
    """
    _check(amount, currency)
    chosen: _Chosen = {"amount": amount, "currency": currency, "paused": False, "stopped": False}
    return _change(subscriber, at, chosen)


def pause_budget(*, subscriber: User, at: datetime) -> Plan:
    """Give nothing from the next period on, until it is gone on with. Raises NoPlan."""
    return _change(subscriber, at, {"paused": True})


def resume_budget(*, subscriber: User, at: datetime) -> Plan:
    """Go on with a paused budget. Raises NoPlan."""
    return _change(subscriber, at, {"paused": False})


def stop_budget(*, subscriber: User, at: datetime) -> Plan:
    """Give nothing from the next period on. Raises NoPlan."""
    return _change(subscriber, at, {"paused": False, "stopped": True})


def _check(amount: int, currency: str) -> None:
    if currency not in settings.CURRENCIES:
        offered = ", ".join(settings.CURRENCIES)
        raise NotACurrencyHere(f"{currency} is not a currency of this site, which has {offered}")
    if amount < settings.MINIMUM_BUDGET:
        raise BudgetTooSmall(
            f"{format_trimmed(amount)} {currency} a month is below the minimum of"
            f" {format_trimmed(settings.MINIMUM_BUDGET)}"
        )
    if amount > MAX_AMOUNT or amount % _CENT:
        raise BudgetNotInCents(f"{format_trimmed(amount)} is not in whole cents, or is too large")


class _Overtaken(Exception):
    """A first click made the period's budget between two steps of a change."""


def _change(subscriber: User, at: datetime, chosen: _Chosen) -> Plan:
    """Change a plan, and in the period in which clicks count what may change with it."""
    period = Period.of(at)
    try:
        return _change_in(period, subscriber, chosen)
    except PeriodSealed:
        return _change_in(period.next, subscriber, chosen)


def _change_in(period: Period, subscriber: User, chosen: _Chosen) -> Plan:
    try:
        with transaction.atomic():
            budget = Budget.objects.lock(subscriber=subscriber, period=period)
            keep_open(period)
            plan = _changed(subscriber, chosen)
            if budget is not None:
                _let_follow(budget, plan)
            elif Budget.objects.in_period(period).filter(subscriber=subscriber).exists():
                raise _Overtaken
    except _Overtaken:
        return _change_in(period, subscriber, chosen)
    return plan


def _changed(subscriber: User, chosen: _Chosen) -> Plan:
    """The plan, changed; made only where an amount is chosen. Raises NoPlan."""
    if "amount" in chosen:
        return Plan.objects.update_or_create(subscriber=subscriber, defaults=chosen)[0]
    plans = Plan.objects.filter(subscriber=subscriber, stopped=False)
    if not plans.update(**chosen):
        raise NoPlan("no monthly budget is set")
    return Plan.objects.get(subscriber=subscriber)


def _let_follow(budget: Budget, plan: Plan) -> None:
    """Raise a budget that is held, or let one that is not be what the plan says."""
    if not plan.gives:
        return
    if budget.held_at is None:
        follow_plan(budget, plan)
    elif budget.currency == plan.currency and budget.amount < plan.amount:
        hold_free(budget.wallet, plan.amount - budget.amount)
        budget.amount = plan.amount
    budget.save(update_fields=["wallet", "amount", "currency"])
