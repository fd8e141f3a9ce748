"""The same booking is recognised in whatever file it comes: again, in an overlapping one."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from payments.deposits.bank.statements import Booking


def keys_of(bookings: Iterable[Booking]) -> list[str]:
    """A digest for each booking of one statement.

    By the bank's own reference where it gives one, so that a notification and the statement of
    the same day agree although one says more; else by all that the file says. Never by the
    reference alone: some banks give the same to all bookings of a day. Bookings of one statement
    that are the same in all of that are told apart by counting: a second equal payment is a second
    payment.
    """
    seen: Counter[str] = Counter()
    found = []
    for booking in bookings:
        known = json.dumps(_identity(booking))
        seen[known] += 1
        digest = hashlib.sha256(known.encode()).hexdigest()
        found.append(f"{digest}:{seen[known]}")
    return found


def _identity(booking: Booking) -> list[object]:
    always: list[object] = [
        booking.account,
        booking.booked_on.isoformat(),
        booking.incoming,
        booking.reversal,
        booking.currency,
        booking.amount,
        booking.entry_reference,
    ]
    if booking.entry_reference and not booking.is_part:
        return always
    payment: list[object] = [booking.end_to_end_id, *booking.creditor_references]
    if booking.entry_reference:
        return always + payment
    return [*always, *payment, booking.text, booking.party, booking.party_account]
