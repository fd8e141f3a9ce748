"""What the bank says of payouts: in statements, and in answers to the files they went out with."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from django.db import transaction

from payments.payouts.answers import batch_of, payout_of, read_answer
from payments.payouts.models import Payout
from payments.payouts.outcomes import OutcomeRefused, mark_paid, mark_returned


class Booking(Protocol):
    """A line of a statement, as far as it is asked about here. `amount` is in micros."""

    @property
    def end_to_end_id(self) -> str:
        """What travels with the payment."""

    @property
    def batch_id(self) -> str:
        """The number of the file by which many payments went out, where they are booked as one."""

    @property
    def amount(self) -> int:
        """Above zero."""

    @property
    def currency(self) -> str:
        """ISO 4217."""

    @property
    def incoming(self) -> bool:
        """Whether it came in."""

    @property
    def entry_reference(self) -> str:
        """The bank's own name for it."""

    @property
    def return_reason(self) -> str:
        """Why it came back, where it did."""


def read_booking(booking: Booking, at: datetime) -> str | None:
    """Take a booking for payouts': paid where money left, returned where it came back.

    None where it is about none. Else an empty text where it is as expected, or why a person must
    look: `other_amount`, `not_expected`. A booking of a whole file of payments pays all of them.
    """
    payouts = _payouts_of(booking)
    if not payouts:
        return None
    if {payout.currency for payout in payouts} != {booking.currency}:
        return "other_amount"
    if sum(payout.amount for payout in payouts) != booking.amount:
        return "other_amount"
    try:
        with transaction.atomic():
            for payout in payouts:
                _note(payout, booking, at)
    except OutcomeRefused:
        return "not_expected"
    return ""


def _payouts_of(booking: Booking) -> list[Payout]:
    payout = payout_of(booking.end_to_end_id)
    if payout is not None:
        return [payout]
    batch = None if booking.incoming else batch_of(booking.batch_id)
    return list(batch.payouts.order_by("pk")) if batch else []


def _note(payout: Payout, booking: Booking, at: datetime) -> None:
    if booking.incoming:
        mark_returned(payout_id=payout.pk, at=at, note=booking.return_reason)
    else:
        mark_paid(payout_id=payout.pk, at=at, note=booking.entry_reference)


def read_counts(content: bytes, at: datetime) -> dict[str, int]:
    """Take in a pain.002, and say how many payouts became what. Raises NotAnAnswer."""
    read = read_answer(content, at=at)
    return {
        "paid": read.paid,
        "returned": read.returned,
        "unchanged": read.unchanged,
        "not ours": len(read.unknown),
    }
