"""What new bookings are about: by their references, and by what was booked before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.conf import settings

from accounts.models import User
from payments.deposits.bank.batches import decided_batches, tell_apart
from payments.deposits.bank.crediting import credit_lines
from payments.deposits.bank.models import BankLine
from payments.deposits.bank.outgoing import judge_debit, judge_returned
from payments.deposits.bank.references import user_numbers_in
from payments.deposits.bank.statements import Booking
from payments.money import MAX_AMOUNT, minor_unit

State, Why = BankLine.State, BankLine.Why


def judge(lines: Sequence[BankLine], bookings: Mapping[str, Booking], *, at: datetime) -> None:
    """Give each new booking its state; credit what names one subscriber.

    What came in is dealt with before what went out: a file can have a payment and its return.
    Of bookings that were there before, only those are touched that nobody decided and of which
    this file says more.
    """
    incoming = [line for line in lines if line.incoming and not _goes_back(line)]
    filled = _fill_in(lines, bookings)
    _judge_incoming([*incoming, *filled], bookings, at=at)
    for line in lines:
        if line.incoming and _goes_back(line):
            line.state, line.why = judge_returned(line, bookings[line.key], at=at)
        elif not line.incoming:
            line.state, line.why = judge_debit(line, bookings[line.key], at=at)
    BankLine.objects.bulk_update(lines, ["state", "why", "deposit"], batch_size=1000)
    tell_apart(lines)


def can_be_paid_in(amount: int, currency: str) -> bool:
    """Whether so many micros of a currency fit into a wallet of this site."""
    if currency not in settings.CURRENCIES or amount > MAX_AMOUNT:
        return False
    return amount % minor_unit(currency) == 0


def _goes_back(line: BankLine) -> bool:
    return line.reversal or bool(line.return_reason)


def _judge_incoming(
    incoming: Sequence[BankLine], bookings: Mapping[str, Booking], *, at: datetime
) -> None:
    decided = decided_batches(incoming)
    named = {line.pk: _numbers(bookings[line.key]) for line in incoming}
    numbers = {number for found in named.values() for number in found}
    subscribers = User.objects.filter(is_active=True).in_bulk(numbers)
    due: list[tuple[BankLine, User]] = []
    for line in incoming:
        found = [subscribers[number] for number in named[line.pk] if number in subscribers]
        line.state, line.why = State.OPEN, _why_open(line, found, decided)
        if not line.why:
            due.append((line, found[0]))
    BankLine.objects.bulk_update(incoming, ["state", "why"], batch_size=1000)
    credit_lines(due, at=at)


def _numbers(booking: Booking) -> set[int]:
    """Whom a booking names: in the field for it, else anywhere in what the payer wrote."""
    said = [*booking.creditor_references, booking.end_to_end_id]
    named = {number for text in said for number in user_numbers_in(text)}
    return named or user_numbers_in(booking.text)


def _why_open(line: BankLine, found: Sequence[User], decided: set[str]) -> str:
    if line.payments > 1:
        return Why.BATCH
    if line.entry_reference in decided:
        return Why.BATCH_DECIDED
    if not can_be_paid_in(line.amount, line.currency):
        return Why.CURRENCY
    if len(found) > 1:
        return Why.SEVERAL
    return "" if found else Why.NO_REFERENCE


def _fill_in(lines: Sequence[BankLine], bookings: Mapping[str, Booking]) -> list[BankLine]:
    """Earlier bookings that name nobody, and of which this file says more.

    Statements of some banks leave out what their notifications say.
    """
    fresh = {line.key for line in lines}
    known = [key for key in bookings if key not in fresh]
    waiting = BankLine.objects.select_for_update(no_key=True).filter(
        key__in=known, state=State.OPEN, why=Why.NO_REFERENCE, incoming=True
    )
    filled = []
    for line in waiting.order_by("pk"):
        booking = bookings[line.key]
        if _numbers(booking):
            line.reference = " ".join(booking.creditor_references)[:40]
            line.text, line.end_to_end_id = booking.text[:500], booking.end_to_end_id[:40]
            line.party, line.party_account = booking.party[:140], booking.party_account[:40]
            filled.append(line)
    told = ["reference", "text", "end_to_end_id", "party", "party_account"]
    BankLine.objects.bulk_update(filled, told, batch_size=1000)
    return filled
