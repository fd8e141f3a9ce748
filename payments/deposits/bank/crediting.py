"""Bookings become deposits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from accounts.models import User
from payments.deposits.bank.models import BankLine
from payments.deposits.crediting import Arrival, credit_deposits
from payments.deposits.models import Deposit, Way
from payments.ledger.posting import wallet_of


def credit_lines(pairs: Sequence[tuple[BankLine, User]], *, at: datetime) -> None:
    """Put the money of bookings into wallets, in one step for all of them.

    The caller's transaction has the lines to itself: they are new in it, or locked. The deposits
    are about the moment of reading: before, the money was in no wallet, and months that were shown
    as closed stay as they are.
    """
    if not pairs:
        return
    deposits = Deposit.objects.bulk_create(
        Deposit(
            subscriber=subscriber,
            wallet=wallet_of(subscriber, line.currency),
            way=Way.BANK,
            amount=line.amount,
            currency=line.currency,
            key=f"bank:{line.key}",
            external_id=f"{line.key}",
            begun_at=at,
        )
        for line, subscriber in pairs
    )
    arrivals = [Arrival(deposit, deposit.amount, at) for deposit in deposits]
    credit_deposits(arrivals, at=at)
    for deposit, (line, _) in zip(deposits, pairs, strict=True):
        line.state, line.why, line.deposit = BankLine.State.DEPOSIT, "", deposit
    lines = [line for line, _ in pairs]
    BankLine.objects.bulk_update(lines, ["state", "why", "deposit"], batch_size=1000)
