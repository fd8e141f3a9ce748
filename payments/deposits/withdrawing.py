"""Free money of a wallet goes back to where it came from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import User
from payments.deposits.models import Deposit, DepositQuerySet, Refund, Way
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.posting import correction, post
from payments.money import format_trimmed, minor_unit


class WithdrawalRefused(ValueError):
    """So much cannot go back by this way; the message says why."""


@dataclass(frozen=True)
class Returnable:
    """How many micros of a wallet can go back by a way: free, and paid in by it."""

    way: Way
    wallet: LedgerAccount
    amount: int

    @property
    def currency(self) -> str:
        """The wallet's."""
        return self.wallet.currency


def returnable(subscriber: User, ways: Sequence[Way]) -> list[Returnable]:
    """What of a subscriber's wallets can go back now, by way and wallet, where there is any."""
    if subscriber.suspended:
        return []
    totals: dict[tuple[Way, int], int] = {}
    wallets: dict[int, LedgerAccount] = {}
    for deposit, remaining in _remaining(_deposits(subscriber).filter(way__in=ways)):
        wallets[deposit.wallet_id] = deposit.wallet
        pair = (Way(deposit.way), deposit.wallet_id)
        totals[pair] = totals.get(pair, 0) + remaining
    found = [
        Returnable(way, wallets[number], _whole(min(total, wallets[number].free), wallets[number]))
        for (way, number), total in totals.items()
    ]
    found.sort(key=lambda one: (one.currency, one.way))
    return [one for one in found if one.amount > 0]


def withdraw(
    *, subscriber: User, way: Way, currency: str, amount: int, key: str, at: datetime
) -> list[Refund]:
    """Take so many micros out of a wallet, to go back by the way by which they came in.

    A refund for each deposit that is given back, latest first; they wait for their provider, and
    the caller tells it once this is committed. The same key again changes nothing. Raises
    WithdrawalRefused for less than a minor unit or more than was paid in by this way, and
    NotEnough where it is not free. Locks the deposits by number and then the wallet: two
    withdrawals wait for each other, and one for a budget that is being held.
    """
    if subscriber.suspended:
        raise WithdrawalRefused(f"{subscriber.username} is suspended")
    with transaction.atomic():
        deposits = _deposits(subscriber).filter(way=way, currency=currency)
        locked = list(deposits.select_for_update(no_key=True, of=["self"]).order_by("pk"))
        known = withdrawn(subscriber, key)
        if known:
            return known
        parts = _divide(locked, amount, currency)
        return _post(parts, prefix=_prefix(subscriber, key), asked_by=subscriber, at=at)


def withdrawn(subscriber: User, key: str) -> list[Refund]:
    """The refunds of a withdrawal that was made under a key."""
    refunds = Refund.objects.filter(asked_by=subscriber, key__startswith=_prefix(subscriber, key))
    return list(refunds.order_by("pk"))


def _prefix(subscriber: User, key: str) -> str:
    return f"withdrawal:{subscriber.pk}:{key}:"


def _deposits(subscriber: User) -> DepositQuerySet:
    """What arrived from somebody, with all that the rest asks for."""
    rows = Deposit.objects.arrived().filter(subscriber=subscriber)
    return rows.select_related("wallet", "transfer")


def _remaining(deposits: Iterable[Deposit]) -> list[tuple[Deposit, int]]:
    """What of deposits has not gone back, latest first: providers take back what is recent."""
    deposits = list(deposits)
    left = Transfer.objects.filter(deposit__in=[one.pk for one in deposits]).remaining()
    latest = sorted(deposits, key=lambda deposit: deposit.pk, reverse=True)
    pairs = [(one, left[one.transfer_id]) for one in latest if one.transfer_id]
    return [(one, remaining) for one, remaining in pairs if remaining > 0]


def _divide(deposits: Sequence[Deposit], amount: int, currency: str) -> list[tuple[Deposit, int]]:
    """How much of each deposit goes back."""
    if amount <= 0 or amount % minor_unit(currency):
        raise WithdrawalRefused(f"{format_trimmed(amount)} {currency} cannot be paid exactly")
    parts, wanted = [], amount
    for deposit, remaining in _remaining(deposits):
        part = min(remaining, wanted)
        if part:
            parts.append((deposit, part))
        wanted -= part
    if wanted:
        raise WithdrawalRefused(
            f"{format_trimmed(amount)} {currency} is more than was paid in by this way"
        )
    return parts


def _post(
    parts: Sequence[tuple[Deposit, int]], *, prefix: str, asked_by: User, at: datetime
) -> list[Refund]:
    # In one call, which locks the wallet and then the site's account: see Note [Balances].
    postings = [
        correction(deposit.transfer, key=f"{prefix}{deposit.pk}", amount=part, about_at=at)
        for deposit, part in parts
        if deposit.transfer is not None
    ]
    transfers = post(postings, posted_at=at)
    return Refund.objects.bulk_create(
        Refund(
            deposit=deposit,
            amount=part,
            currency=deposit.currency,
            key=transfer.key,
            asked_at=at,
            asked_by=asked_by,
            transfer=transfer,
        )
        for (deposit, part), transfer in zip(parts, transfers, strict=True)
    )


def _whole(amount: int, wallet: LedgerAccount) -> int:
    """Without what is less than a minor unit."""
    return amount - amount % minor_unit(wallet.currency)
