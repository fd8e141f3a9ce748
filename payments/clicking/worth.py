"""What a click is worth while the month still runs.

By the clicks that the settlement would divide the budget among if it began now: see `taking_part`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from payments.budgets.models import Budget, Plan
from payments.clicking.taking_part import count_taking_part
from things.describing import is_draft
from things.models import Click, PendingClick, Thing
from things.periods import Period


@dataclass(frozen=True)
class Worth:
    """What each click of a subscriber is worth now, in micros, after `clicks` that take part."""

    share: int
    currency: str
    clicks: int


def worth_of_next_click(subscriber: User, *, at: datetime) -> Worth | None:
    """What each click would be worth with one more. None without a budget. Two or three queries."""
    return _worth(subscriber, at, more=1)


def worth_now(subscriber: User, *, at: datetime) -> Worth | None:
    """What each click is worth now. None without a budget, or without clicks. Two or three queries.

    None too while the wallet owes: nothing is given out of it then.
    """
    return _worth(subscriber, at, more=0)


def has_clicked(subscriber: User, thing: Thing, *, at: datetime) -> bool:
    """Whether a click on the thing stands, counted this month or pending."""
    if is_draft(thing):
        return False
    clicks = Click.objects.in_period(Period.of(at)).filter(subscriber=subscriber, thing=thing)
    return (
        clicks.exists() or PendingClick.objects.filter(subscriber=subscriber, thing=thing).exists()
    )


def _worth(subscriber: User, at: datetime, *, more: int) -> Worth | None:
    period = Period.of(at)
    clicks = count_taking_part(subscriber, period) + more
    held = Budget.objects.in_period(period).held().filter(subscriber=subscriber)
    budget = held.select_related("wallet").first()
    if budget is not None and budget.wallet.owed and not more:
        return None
    chosen = budget or Plan.objects.giving().filter(subscriber=subscriber).first()
    if chosen is None or not clicks:
        return None
    return Worth(share=chosen.amount // clicks, currency=chosen.currency, clicks=clicks)
