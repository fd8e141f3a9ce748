"""What operators decide about bookings that could not be dealt with by themselves."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from payments.deposits.bank.crediting import credit_lines
from payments.deposits.bank.matching import can_be_paid_in
from payments.deposits.bank.models import BankLine
from payments.deposits.models import Deposit, Way
from payments.deposits.returning import refund_outside
from payments.ledger.posting import AlreadyCorrected

State = BankLine.State


class LineRefused(Exception):
    """A booking that cannot be placed so; the message says why."""


def assign_line(*, line_id: int, to: User, by: User, at: datetime) -> BankLine:
    """Put an incoming booking that nobody could place into a wallet. Raises LineRefused."""
    with transaction.atomic():
        line = _lock(line_id, State.OPEN)
        if not line.incoming or not can_be_paid_in(line.amount, line.currency):
            raise LineRefused(f"{line} cannot be paid into a wallet")
        credit_lines([(line, to)], at=at)
        return _decide(line, State.DEPOSIT, by=by, at=at)


def reopen_line(*, line_id: int, by: User, why: str, at: datetime) -> BankLine:
    """Take a booking back from whom it was credited to; returns the row to decide anew.

    Where they have given it already, their wallet goes into debt. What was decided stays as it
    was: the booking gets a second row, so that it is credited once at a time whatever happens.
    Raises LineRefused if it was credited to nobody, or a part of it went back already.
    """
    with transaction.atomic():
        line = _lock(line_id, State.DEPOSIT)
        deposit = line.deposit
        if deposit is None:
            raise LineRefused(f"{line} was credited to nobody")
        _refund(line, deposit, deposit.amount, external_id=f"bank:undone:{line.pk}", at=at)
        _decide(line, State.TAKEN_BACK, by=by, at=at, note=why)
        again = BankLine.objects.get(pk=line.pk)
        again.pk, again.key = None, f"{line.key}+"
        again.state, again.why, again.deposit = State.OPEN, BankLine.Why.REOPENED, None
        again.decided_by, again.decided_at = None, None
        again.save(force_insert=True)
    return again


def take_back_by_line(*, line_id: int, deposit: Deposit, by: User, at: datetime) -> BankLine:
    """An outgoing booking took a deposit back, or a part of it: a recall, say.

    Where the wallet does not have the money any more, it goes into debt. Raises LineRefused.
    """
    with transaction.atomic():
        line = _lock(line_id, State.OPEN, State.OUTGOING)
        if line.incoming or (deposit.way, deposit.currency) != (Way.BANK, line.currency):
            raise LineRefused(f"{line} does not take back {deposit}")
        _refund(line, deposit, line.amount, external_id=f"bank:{line.pk}", at=at)
        line.deposit, line.why = deposit, ""
        return _decide(line, State.TAKEN_BACK, by=by, at=at)


def set_line_aside(*, line_id: int, by: User, why: str, at: datetime) -> BankLine:
    """Note that a booking is no deposit: sent back by hand, say. Raises LineRefused."""
    with transaction.atomic():
        line = _lock(line_id, State.OPEN)
        line.why = ""
        return _decide(line, State.ASIDE, by=by, at=at, note=why)


def _lock(line_id: int, *states: str) -> BankLine:
    """Two operators at once: the second waits, and finds what the first decided."""
    rows = BankLine.objects.select_for_update(no_key=True, of=["self"])
    line = rows.select_related("deposit").get(pk=line_id)
    if line.state not in states:
        raise LineRefused(f"{line} is decided: {line.get_state_display()}")
    return line


def _refund(
    line: BankLine, deposit: Deposit, amount: int, *, external_id: str, at: datetime
) -> None:
    try:
        refund_outside(deposit=deposit, amount=amount, external_id=external_id, about_at=at, at=at)
    except AlreadyCorrected as error:
        raise LineRefused(f"{line} is more than is left of {deposit}") from error


def _decide(
    line: BankLine, state: BankLine.State, *, by: User, at: datetime, note: str = ""
) -> BankLine:
    line.state, line.note = state, note[:300]
    line.decided_by, line.decided_at = by, at
    line.save(update_fields=["state", "why", "deposit", "note", "decided_by", "decided_at"])
    return line
