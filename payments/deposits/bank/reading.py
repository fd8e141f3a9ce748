"""Taking in what the bank says: bookings become deposits, or wait for the operator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from payments.deposits.bank.matching import judge
from payments.deposits.bank.models import BankLine
from payments.deposits.bank.statements import Booking, NotAStatement, read_bookings

# This project's advisory lock on the reading of statements.
_READING = 0x0BBA

State = BankLine.State


@dataclass(frozen=True)
class Read:
    """What came out of a file: how many bookings it has, and what became of the new ones."""

    lines: int
    known: int
    deposits: int
    payouts: int
    open: int
    outgoing: int


def read_statement(content: bytes, *, at: datetime) -> Read:
    """Take in a camt.053 or camt.054 file, all of it or nothing.

    Bookings that were read before, from whatever file, are passed over: the same file again, or
    one that overlaps, changes nothing. Raises NotAStatement if it cannot be read, or is of another
    account than `settings.BANK_IBAN`.
    """
    bookings = {booking.key: booking for booking in read_bookings(content)}
    _check_accounts(bookings)
    with transaction.atomic():
        fresh = _keep(bookings, at)
        judge(fresh, bookings, at=at)
    states = [line.state for line in fresh]
    return Read(
        lines=len(bookings),
        known=len(bookings) - len(fresh),
        deposits=states.count(State.DEPOSIT),
        payouts=states.count(State.PAYOUT),
        open=states.count(State.OPEN),
        outgoing=states.count(State.OUTGOING),
    )


def _check_accounts(bookings: Mapping[str, Booking]) -> None:
    for booking in bookings.values():
        if booking.account != settings.BANK_IBAN:
            raise NotAStatement(
                f"the statement is of the account {booking.account}, and not ours:"
                f" {settings.BANK_IBAN or 'OBOLE_BANK_IBAN names none'}"
            )


def _keep(bookings: Mapping[str, Booking], at: datetime) -> list[BankLine]:
    """The bookings that were not read before, as rows.

    One file at a time: the second waits here, and finds what the first has kept.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_READING])
    known = set(BankLine.objects.filter(key__in=list(bookings)).values_list("key", flat=True))
    return BankLine.objects.bulk_create(
        [_row(one, at) for key, one in bookings.items() if key not in known], batch_size=1000
    )


def _row(booking: Booking, at: datetime) -> BankLine:
    return BankLine(
        key=booking.key,
        account=booking.account[:40],
        booked_on=booking.booked_on,
        amount=booking.amount,
        currency=booking.currency,
        incoming=booking.incoming,
        reversal=booking.reversal,
        party=booking.party[:140],
        party_account=booking.party_account[:40],
        text=booking.text[:500],
        reference=" ".join(booking.creditor_references)[:40],
        end_to_end_id=booking.end_to_end_id[:40],
        return_reason=booking.return_reason[:40],
        entry_reference=booking.entry_reference[:60],
        payments=booking.payments,
        read_at=at,
    )
