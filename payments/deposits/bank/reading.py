"""Taking in what the bank says: bookings become deposits, or wait for the operator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from accounts.models import User
from payments.deposits.bank.models import BankLine
from payments.deposits.bank.references import user_numbers_in
from payments.deposits.bank.statements import Line, NotAStatement, read_lines
from payments.deposits.crediting import Arrival, credit_deposits
from payments.deposits.models import Deposit, Way
from payments.deposits.returning import refund_outside
from payments.ledger.posting import AlreadyCorrected, wallet_of
from payments.money import MAX_AMOUNT, minor_unit

# What looks at a booking before it is taken for a deposit, and says whether it was its own: money
# that leaves is another room's, which stands beside this one and is asked through here.
BookingReader = Callable[[Line, datetime], bool]
_readers: list[BookingReader] = []

# This project's advisory lock on the reading of statements.
_READING = 0x0BBA


class LineRefused(Exception):
    """A booking that cannot be placed so; the message says why."""


@dataclass(frozen=True)
class Read:
    """What came out of a file: how many bookings it has, and what became of the new ones."""

    lines: int
    known: int
    deposits: int
    payouts: int
    open: int
    outgoing: int


def add_booking_reader(reader: BookingReader) -> None:
    """Let another room look at each booking first. For an AppConfig's `ready`."""
    if reader not in _readers:
        _readers.append(reader)


def read_statement(content: bytes, *, at: datetime) -> Read:
    """Take in a camt.053 or camt.054 file, all of it or nothing.

    Bookings that were read before, from whatever file, are passed over: the same file again, or
    one that overlaps, changes nothing. Raises NotAStatement if it cannot be read, or is of another
    account than `settings.BANK_IBAN`. The deposits are about the moment of reading: before, the
    money was in no wallet, and months that were shown as closed stay as they are.
    """
    lines = read_lines(content)
    for line in lines:
        if settings.BANK_IBAN and line.account != settings.BANK_IBAN:
            raise NotAStatement(f"the statement is of the account {line.account or '–'}, not ours")
    with transaction.atomic():
        fresh = _keep(lines, at)
        for kept, line in fresh:
            kept.state = _place(line, at)
        arrivals = [
            arrival
            for kept, line in fresh
            if kept.state == BankLine.State.OPEN and (arrival := _arrival(kept, line, at))
        ]
        credit_deposits(arrivals, at=at)
        for kept, _line in fresh:
            kept.save(update_fields=["state", "deposit"])
    states = [kept.state for kept, _line in fresh]
    return Read(
        lines=len(lines),
        known=len(lines) - len(fresh),
        deposits=states.count(BankLine.State.DEPOSIT),
        payouts=states.count(BankLine.State.PAYOUT),
        open=states.count(BankLine.State.OPEN),
        outgoing=states.count(BankLine.State.OUTGOING),
    )


def assign_line(*, line_id: int, to: User, by: User, at: datetime) -> BankLine:
    """Put an incoming booking that nobody could place into a wallet. Raises LineRefused."""
    with transaction.atomic():
        line = _lock(line_id)
        _check_open(line)
        if not line.incoming or not _can_be_paid_in(line.amount, line.currency):
            raise LineRefused(f"{line} cannot be paid into a wallet")
        deposit = _deposit(line, to, at)
        credit_deposits([Arrival(deposit, line.amount, at)], at=at)
        return _decide(line, BankLine.State.DEPOSIT, by=by, at=at, deposit=deposit)


def take_back_by_line(*, line_id: int, deposit: Deposit, by: User, at: datetime) -> BankLine:
    """An outgoing booking took a deposit back, or a part of it: a recall, say.

    Where the wallet does not have the money any more, it goes into debt. Raises LineRefused.
    """
    with transaction.atomic():
        line = _lock(line_id)
        if line.state != BankLine.State.OUTGOING:
            _check_open(line)
        if line.incoming or (deposit.way, deposit.currency) != (Way.BANK, line.currency):
            raise LineRefused(f"{line} does not take back {deposit}")
        try:
            refund_outside(
                deposit=deposit,
                amount=line.amount,
                external_id=f"bank:{line.key}",
                about_at=at,
                at=at,
            )
        except AlreadyCorrected as error:
            raise LineRefused(f"{line} is more than is left of {deposit}") from error
        return _decide(line, BankLine.State.TAKEN_BACK, by=by, at=at, deposit=deposit)


def set_line_aside(*, line_id: int, by: User, why: str, at: datetime) -> BankLine:
    """Note that a booking is no deposit: sent back by hand, say. Raises LineRefused."""
    with transaction.atomic():
        line = _lock(line_id)
        _check_open(line)
        return _decide(line, BankLine.State.ASIDE, by=by, at=at, note=why)


def _keep(lines: Sequence[Line], at: datetime) -> list[tuple[BankLine, Line]]:
    """The bookings that were not read before, as rows, each with what was read.

    One file at a time: the second waits here, and finds what the first has kept.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_READING])
    keys = [line.key for line in lines]
    known = set(BankLine.objects.filter(key__in=keys).values_list("key", flat=True))
    fresh = [line for line in lines if line.key not in known]
    rows = BankLine.objects.bulk_create(BankLine(**vars(line), read_at=at) for line in fresh)
    return list(zip(rows, fresh, strict=True))


def _place(line: Line, at: datetime) -> str:
    if any(reader(line, at) for reader in _readers):
        return BankLine.State.PAYOUT
    if not line.incoming and not line.reversal and not line.return_reason:
        return BankLine.State.OUTGOING
    return BankLine.State.OPEN


def _arrival(kept: BankLine, line: Line, at: datetime) -> Arrival | None:
    """What came in with a reference of exactly one person."""
    if not line.incoming or line.reversal or line.return_reason:
        return None
    if not _can_be_paid_in(line.amount, line.currency):
        return None
    numbers = user_numbers_in(line.reference) or user_numbers_in(
        f"{line.text} {line.end_to_end_id}"
    )
    users = User.objects.filter(pk__in=numbers, is_active=True)[:2]
    if len(numbers) != 1 or len(users) != 1:
        return None
    kept.deposit = _deposit(kept, users[0], at)
    kept.state = BankLine.State.DEPOSIT
    return Arrival(kept.deposit, line.amount, at)


def _can_be_paid_in(amount: int, currency: str) -> bool:
    if currency not in settings.CURRENCIES or amount > MAX_AMOUNT:
        return False
    return amount % minor_unit(currency) == 0


def _deposit(line: BankLine, subscriber: User, at: datetime) -> Deposit:
    """Whatever the amount, and whoever it is: the money is there."""
    deposit, _made = Deposit.objects.get_or_create(
        key=f"bank:{line.key}",
        defaults={
            "subscriber": subscriber,
            "wallet": wallet_of(subscriber, line.currency),
            "way": Way.BANK,
            "amount": line.amount,
            "currency": line.currency,
            "external_id": line.key,
            "begun_at": at,
        },
    )
    return deposit


def _lock(line_id: int) -> BankLine:
    """Two operators at once: the second finds what the first decided."""
    return BankLine.objects.select_for_update(no_key=True).get(pk=line_id)


def _check_open(line: BankLine) -> None:
    if line.state != BankLine.State.OPEN:
        raise LineRefused(f"{line} is decided: {line.get_state_display()}")


def _decide(
    line: BankLine,
    state: BankLine.State,
    *,
    by: User,
    at: datetime,
    deposit: Deposit | None = None,
    note: str = "",
) -> BankLine:
    line.state, line.deposit, line.note = state, deposit, note[:300]
    line.decided_by, line.decided_at = by, at
    line.save(update_fields=["state", "deposit", "note", "decided_by", "decided_at"])
    return line
