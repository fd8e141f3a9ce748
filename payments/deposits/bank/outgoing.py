"""What went out, and what came back of it: payouts, refunds, and deposits that banks took back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from payments.deposits.bank.models import BankLine
from payments.deposits.bank.statements import Booking
from payments.deposits.models import Deposit, Refund, Way
from payments.deposits.returning import note_refund, refund_outside, undo_refund
from payments.ledger.models import Transfer

State, Why = BankLine.State, BankLine.Why
# A state, and why it is that where it is OPEN.
Verdict = tuple[str, str]

_REFUND = re.compile(r"OBOLE-R([1-9][0-9]{0,17})")

# What looks at what went out or came back before it is taken for a refund or a deposit: money that
# leaves is another room's, which stands beside this one and is asked through here. It answers
# None for what is not its own, else whether the booking is as it expected it: an empty text, or
# one of the reasons `not_expected` and `other_amount`.
BookingReader = Callable[[Booking, datetime], str | None]
_readers: list[BookingReader] = []


def add_booking_reader(reader: BookingReader) -> None:
    """Let another room look at each booking first. For an AppConfig's `ready`."""
    if reader not in _readers:
        _readers.append(reader)


def refund_reference(refund: Refund) -> str:
    """What a refund travels under when an operator transfers it."""
    return f"OBOLE-R{refund.pk}"


def judge_debit(line: BankLine, booking: Booking, *, at: datetime) -> Verdict:
    """A payout or refund that was booked, a deposit that the bank took back, or none of ours."""
    asked = _ask_others(booking, at)
    if asked is not None:
        return asked
    if line.reversal:
        return _take_back(line, at)
    refund = _refund_of(line)
    if refund is None:
        return State.OUTGOING, ""
    if refund.state == Refund.State.FAILED:
        return State.OPEN, Why.NOT_EXPECTED
    note_refund(refund, Refund.State.DONE, at=at, external_id=f"bank:{line.pk}")
    return State.PAYOUT, ""


def judge_returned(line: BankLine, booking: Booking, *, at: datetime) -> Verdict:
    """A payout or refund that came back, or something for an operator."""
    asked = _ask_others(booking, at)
    if asked is not None:
        return asked
    refund = _refund_of(line)
    if refund is None:
        return State.OPEN, Why.NO_ORIGINAL
    undo_refund(refund, failure=line.return_reason or "returned", at=at)
    return State.PAYOUT, ""


def _ask_others(booking: Booking, at: datetime) -> Verdict | None:
    for reader in _readers:
        why = reader(booking, at)
        if why is not None:
            return (State.OPEN, why) if why else (State.PAYOUT, "")
    return None


def _refund_of(line: BankLine) -> Refund | None:
    match = _REFUND.fullmatch(line.end_to_end_id) or _REFUND.search(line.text)
    if match is None:
        return None
    refunds = Refund.objects.filter(pk=int(match[1]), deposit__way=Way.BANK)
    return refunds.filter(amount=line.amount, currency=line.currency).first()


def _take_back(line: BankLine, at: datetime) -> Verdict:
    """A deposit whose payer got the money back from the bank: a wallet may go into debt."""
    originals = _originals(line)
    if len(originals) != 1:
        return State.OPEN, Why.NO_ORIGINAL
    refund_outside(
        deposit=originals[0],
        amount=line.amount,
        external_id=f"bank:{line.pk}",
        about_at=at,
        at=at,
    )
    line.deposit = originals[0]
    return State.TAKEN_BACK, ""


def _originals(line: BankLine) -> list[Deposit]:
    """The deposits that a reversal can be about: same payment, and so much still there."""
    credited = BankLine.objects.filter(
        state=State.DEPOSIT, currency=line.currency, amount__gte=line.amount
    )
    for known in (
        {"end_to_end_id": line.end_to_end_id},
        {"reference": line.reference, "party_account": line.party_account},
        {"party_account": line.party_account, "amount": line.amount},
    ):
        if not all(known.values()):
            continue
        lines = credited.filter(**known).select_related("deposit")[:50]
        deposits = [one.deposit for one in lines if one.deposit is not None]
        left = Transfer.objects.filter(deposit__in=deposits).remaining()
        found = [one for one in deposits if left.get(one.transfer_id or 0, 0) >= line.amount]
        if found:
            return found
    return []
