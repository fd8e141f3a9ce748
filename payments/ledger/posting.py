"""The deeds of the ledger: open accounts, post transfers, lay and lift holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Greatest

from accounts.models import User
from payments.ledger.models import LedgerAccount, Transfer
from payments.money import format_exact

COVERING_CONSTRAINT = "ledger_account_covers_what_is_held"
CORRECTING_CONSTRAINT = "transfer_corrected_at_most_whole"


class NotEnough(Exception):
    """An account does not have the money that a transfer or hold asks for."""


class KeyReused(Exception):
    """A transfer's key was used before, for another transfer."""


class AlreadyCorrected(Exception):
    """A transfer's corrections, under several keys, would be more than its amount."""


@dataclass(frozen=True)
class Posting:
    """A transfer to be posted. `amount` and `released` in micros; `key` names the deed."""

    key: str
    kind: Transfer.Kind
    debited: LedgerAccount
    credited: LedgerAccount
    amount: int
    about_at: datetime
    released: int = 0
    mirrors: Transfer | None = None

    def as_transfer(self, *, posted_at: datetime) -> Transfer:
        """The row to insert."""
        return Transfer(
            key=self.key,
            kind=self.kind,
            debited=self.debited,
            credited=self.credited,
            amount=self.amount,
            released=self.released,
            currency=self.debited.currency,
            mirrors=self.mirrors,
            about_at=self.about_at,
            posted_at=posted_at,
        )


def wallet_of(user: User, currency: str) -> LedgerAccount:
    """A user's wallet in a currency, opened where there is none yet."""
    return _account(owner=user, kind=LedgerAccount.Kind.WALLET, currency=currency)


def earnings_of(user: User, currency: str) -> LedgerAccount:
    """A user's account of earnings in a currency, opened where there is none yet."""
    return _account(owner=user, kind=LedgerAccount.Kind.EARNINGS, currency=currency)


def payable_account_of(user: User, currency: str) -> LedgerAccount:
    """A user's account of money in payouts on their way, opened where it is not there yet."""
    return _account(owner=user, kind=LedgerAccount.Kind.PAYABLE, currency=currency)


def outside(rail: str, currency: str) -> LedgerAccount:
    """The world outside on a rail, in a currency, opened where it is not there yet."""
    return _account(owner=None, kind=LedgerAccount.Kind.OUTSIDE, currency=currency, rail=rail)


def site_account(kind: LedgerAccount.Kind, currency: str) -> LedgerAccount:
    """The site's account of fees or of what is being settled, opened where it is not there yet."""
    return _account(owner=None, kind=kind, currency=currency)


def post(postings: Sequence[Posting], *, posted_at: datetime) -> list[Transfer]:
    """Post transfers, all or none, and return them as they stand in the ledger.

    A posting whose key is used already, with the same content, changes nothing and is a success.
    Raises KeyReused if a key was used with other content, NotEnough if an account would go below
    what is held, and AlreadyCorrected if corrections would be more than their original. Locks the
    accounts, see Note [Balances]: what is due at once goes into one call.
    """
    with _refusals():
        Transfer.objects.bulk_create(
            [posting.as_transfer(posted_at=posted_at) for posting in postings],
            ignore_conflicts=True,
        )
        stored = Transfer.objects.in_bulk([p.key for p in postings], field_name="key")
        for posting in postings:
            _check_same(posting, stored[posting.key])
    return [stored[posting.key] for posting in postings]


def correction(
    transfer: Transfer,
    *,
    key: str,
    about_at: datetime,
    amount: int | None = None,
    kind: Transfer.Kind = Transfer.Kind.MIRROR,
) -> Posting:
    """What takes a transfer back, or so many micros of it.

    The kind CHARGEBACK is for what happened outside whether we like it or not: where the wallet
    does not have it any more, it goes into debt. A MIRROR is refused then.
    """
    return Posting(
        key=key,
        kind=kind,
        debited=transfer.credited,
        credited=transfer.debited,
        amount=transfer.amount if amount is None else amount,
        about_at=about_at,
        mirrors=transfer,
    )


def mirror(
    transfer: Transfer,
    *,
    key: str,
    about_at: datetime,
    posted_at: datetime,
    amount: int | None = None,
) -> Transfer:
    """Post the correction of a transfer: all of it back, or so many micros.

    Raises NotEnough if the money is no longer there, AlreadyCorrected if all corrections together
    would be more than the transfer.
    """
    posting = correction(transfer, key=key, about_at=about_at, amount=amount)
    return post([posting], posted_at=posted_at)[0]


def hold(account: LedgerAccount, amount: int) -> None:
    """Lay a hand on a part of a wallet, in micros. Raises NotEnough if less is free.

    The condition is part of the update, so that two holds at once cannot both take the last cent.
    """
    covered = LedgerAccount.objects.filter(pk=account.pk, balance__gte=F("held") + amount)
    taken = covered.update(held=F("held") + amount)
    if not taken:
        account.refresh_from_db()
        raise NotEnough(
            f"{format_exact(amount)} {account.currency} wanted, {format_exact(account.free)} free"
        )


def release(account: LedgerAccount, amount: int) -> None:
    """Lift a hold of so many micros, which pays a debt first.

    Raises NotEnough if less than that is held.
    """
    with _refusals():
        LedgerAccount.objects.filter(pk=account.pk).update(
            held=F("held") - amount, owed=Greatest(F("owed") - amount, 0)
        )


def _account(
    *, owner: User | None, kind: LedgerAccount.Kind, currency: str, rail: str = ""
) -> LedgerAccount:
    account, _ = LedgerAccount.objects.get_or_create(
        owner=owner, kind=kind, currency=currency, rail=rail
    )
    return account


def _check_same(posting: Posting, stored: Transfer) -> None:
    wanted = posting.as_transfer(posted_at=stored.posted_at)
    if any(getattr(wanted, name) != getattr(stored, name) for name in _CONTENT):
        raise KeyReused(f"the key {posting.key} belongs to another transfer")


_CONTENT = (
    "kind",
    "debited_id",
    "credited_id",
    "amount",
    "released",
    "currency",
    "mirrors_id",
    "about_at",
)


@contextmanager
def _refusals() -> Iterator[None]:
    """Name the refusals of the database that a caller can do something about."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as refusal:
        if CORRECTING_CONSTRAINT in str(refusal):
            raise AlreadyCorrected("more would be taken back than was transferred") from refusal
        if COVERING_CONSTRAINT not in str(refusal):
            raise
        raise NotEnough("the account does not have this money, or it is held") from refusal
