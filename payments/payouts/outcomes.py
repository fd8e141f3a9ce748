"""What became of payments: booked or returned, as the bank or an operator says."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from payments.payouts.models import Payout
from payments.payouts.steps import give_back, note_step, pay, step, take_in_again

_GONE = (Payout.State.APPROVED, Payout.State.SENT)


class OutcomeRefused(ValueError):
    """The payout is in a state in which it can be neither paid nor returned."""


def mark_paid(*, payout_id: int, at: datetime, by: User | None = None, note: str = "") -> Payout:
    """The bank has booked a payment: `payable -> outside`. A second time changes nothing.

    `note` is the bank's or the operator's reference. Raises OutcomeRefused if it is not with the
    bank. A payment that was returned stays so: banks repeat old bookings in their statements.
    """
    with transaction.atomic():
        payout = _lock(payout_id)
        if payout.state in {Payout.State.PAID, Payout.State.RETURNED}:
            return payout
        _check_gone(payout)
        if payout.state == Payout.State.APPROVED:
            note_step(payout, Payout.State.SENT, at=at, by=by)
        step(payout, Payout.State.PAID, at=at, by=by, note=note)
        pay(payout, at=at)
    return payout


def mark_returned(
    *, payout_id: int, at: datetime, by: User | None = None, note: str = ""
) -> Payout:
    """A payment was refused by the bank or came back: its money is earnings again.

    A second time changes nothing. `note` is the bank's reason. Raises OutcomeRefused if the
    payout is not with the bank and was not paid.
    """
    with transaction.atomic():
        payout = _lock(payout_id)
        if payout.state == Payout.State.RETURNED:
            return payout
        if payout.state == Payout.State.PAID:
            take_in_again(payout, at=at)
        else:
            _check_gone(payout)
        step(payout, Payout.State.RETURNED, at=at, by=by, note=note)
        give_back(payout, at=at)
    return payout


def _lock(payout_id: int) -> Payout:
    """Of two messages of the bank at once the second waits, and finds what the first did."""
    rows = Payout.objects.select_for_update(of=["self"], no_key=True).select_related("owner")
    return rows.get(pk=payout_id)


def _check_gone(payout: Payout) -> None:
    if payout.state not in _GONE:
        raise OutcomeRefused(f"{payout} is {payout.get_state_display()}")
