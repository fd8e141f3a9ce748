"""Earnings into giving, in one step: what can be paid out goes into the wallet instead."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.posting import KeyReused, Posting, earnings_of, post, wallet_of
from payments.ledger.questions import TransferQuerySet
from payments.money import format_trimmed
from payments.payouts.payable import payable_from
from payments.payouts.requesting import AmountRefused, CreatorSuspended


def put_into_giving(*, owner: User, amount: int, currency: str, key: str, at: datetime) -> Transfer:
    """Move micros of what can be paid out into the owner's wallet, `earnings -> wallet`.

    A debt of the wallet is paid first, by the ledger. The same key again is the same transfer;
    raises KeyReused where it was of another amount. Raises AmountRefused for more than can be paid
    out, and CreatorSuspended; then nothing has changed. Locks the owner and both accounts in the
    order of the ledger: with a payout at the same time, what is free goes one way only.
    """
    with transaction.atomic():
        _check(User.objects.select_for_update(no_key=True).get(pk=owner.pk))
        earnings, wallet = _locked(owner, currency)
        posting = Posting(
            key=f"regiven:{owner.pk}:{key}",
            kind=Transfer.Kind.REGIVEN,
            debited=earnings,
            credited=wallet,
            amount=amount,
            about_at=at,
        )
        earlier = Transfer.objects.filter(key=posting.key).first()
        if earlier is not None:
            return _same(earlier, posting)
        free = payable_from(earnings, at=at).free
        if not 0 < amount <= free:
            raise AmountRefused(
                f"{format_trimmed(max(free, 0))} {currency} can be put into giving,"
                f" not {format_trimmed(amount)}"
            )
        return post([posting], posted_at=at)[0]


def put_into_giving_so_far(owner: User) -> TransferQuerySet:
    """What somebody put into giving, latest first."""
    earned = LedgerAccount.objects.filter(owner=owner, kind=LedgerAccount.Kind.EARNINGS)
    rows = Transfer.objects.of_accounts(list(earned)).filter(kind=Transfer.Kind.REGIVEN)
    return rows.order_by("-about_at", "-pk")


def _check(owner: User) -> None:
    if owner.suspended or not owner.is_active:
        raise CreatorSuspended(f"{owner.username} is suspended")


def _locked(owner: User, currency: str) -> tuple[LedgerAccount, LedgerAccount]:
    numbers = [earnings_of(owner, currency).pk, wallet_of(owner, currency).pk]
    rows = LedgerAccount.objects.filter(pk__in=numbers).order_by("pk")
    locked = {account.pk: account for account in rows.select_for_update(no_key=True)}
    return locked[numbers[0]], locked[numbers[1]]


def _same(earlier: Transfer, asked: Posting) -> Transfer:
    if (earlier.amount, earlier.debited_id) != (asked.amount, asked.debited.pk):
        raise KeyReused(f"the key {asked.key} belongs to another transfer")
    return earlier
