"""What went into and out of an account, with what was in it after each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, F, Sum, When

from accounts.models import User
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.questions import TransferQuerySet


@dataclass(frozen=True)
class Movement:
    """A transfer as one of its accounts sees it: `amount` below zero where it went out."""

    transfer: Transfer
    amount: int
    balance: int


def wallets_of(owner: User) -> list[LedgerAccount]:
    """Somebody's wallets, by currency."""
    wallets = LedgerAccount.objects.filter(owner=owner, kind=LedgerAccount.Kind.WALLET)
    return list(wallets.order_by("currency"))


def transfers_of(account: LedgerAccount) -> TransferQuerySet:
    """The transfers of a wallet or earnings, latest first."""
    rows = Transfer.objects.of_account(account)
    return rows.select_related("debited__owner", "credited__owner", "mirrors").order_by("-pk")


def movements_of(account: LedgerAccount, transfers: Sequence[Transfer]) -> list[Movement]:
    """Some of an account's transfers that follow each other, latest first, as movements.

    In one query, which adds up all that came before them.
    """
    if not transfers:
        return []
    signed = Case(When(credited=account, then=F("amount")), default=-F("amount"))
    so_far = Transfer.objects.of_account(account).filter(pk__lte=transfers[0].pk)
    balance = so_far.aggregate(total=Sum(signed, default=0))["total"]
    movements = []
    for transfer in transfers:
        amount = transfer.amount if transfer.credited_id == account.pk else -transfer.amount
        movements.append(Movement(transfer, amount, balance))
        balance -= amount
    return movements
