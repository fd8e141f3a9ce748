"""What the bank says of payouts: in statements, and in answers to the files they went out with."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from payments.payouts.answers import payout_of, read_answer
from payments.payouts.outcomes import OutcomeRefused, mark_paid, mark_returned


class Booking(Protocol):
    """A line of a statement, as far as it is asked about here. `amount` is in micros."""

    @property
    def end_to_end_id(self) -> str:
        """What travels with the payment."""

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
    def key(self) -> str:
        """Its name in the statements."""

    @property
    def return_reason(self) -> str:
        """Why it came back, where it did."""


def read_booking(line: Booking, at: datetime) -> bool:
    """Take a booking for a payout's: paid where money left, returned where it came back.

    Says whether it was one. What has the number of a payout and another amount is not: a person
    must look.
    """
    payout = payout_of(line.end_to_end_id)
    if payout is None or (payout.amount, payout.currency) != (line.amount, line.currency):
        return False
    try:
        if line.incoming:
            mark_returned(payout_id=payout.pk, at=at, note=line.return_reason)
        else:
            mark_paid(payout_id=payout.pk, at=at, note=line.key)
    except OutcomeRefused:
        return False
    return True


def read_counts(content: bytes, at: datetime) -> dict[str, int]:
    """Take in a pain.002, and say how many payouts became what. Raises NotAnAnswer."""
    read = read_answer(content, at=at)
    return {
        "paid": read.paid,
        "returned": read.returned,
        "unchanged": read.unchanged,
        "not ours": len(read.unknown),
    }
