"""Holds: earnings that stay until the operator has looked. They take nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from accounts.models import User
from payments.payouts.models import PayoutHold


def hold_payouts(
    *,
    owner: User,
    why: str,
    key: str,
    at: datetime,
    by: User | None = None,
    amount: int | None = None,
    currency: str = "",
) -> PayoutHold:
    """Hold a creator's earnings: micros of a currency, or all. The same key does it once.

    `key` names the cause, such as the dispute or the rule; `why` is shown to staff. A hold that
    was lifted stays so, whatever asks again under its key.
    """
    hold, _made = PayoutHold.objects.get_or_create(
        key=key,
        defaults={
            "owner": owner,
            "amount": amount,
            "currency": currency,
            "why": why[:300],
            "placed_by": by,
            "placed_at": at,
        },
    )
    return hold


def lift_hold(*, hold_id: int, by: User | None, at: datetime) -> None:
    """Lift a hold; what it held can be paid out again. A second time changes nothing."""
    PayoutHold.objects.standing().filter(pk=hold_id).update(lifted_by=by, lifted_at=at)


Reasons = Callable[[User], Iterable[str]]
_readers: dict[str, Reasons] = {}


def add_reasons(name: str, reasons: Reasons) -> None:
    """Let a room above say to people why their payouts are held; once for each name."""
    _readers[name] = reasons


def reasons_for(owner: User) -> list[str]:
    """Why somebody's payouts are held, in words for them; of some holds only that they are."""
    return [reason for reasons in _readers.values() for reason in reasons(owner)]
