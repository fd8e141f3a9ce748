"""The end of a site: everybody's free money goes back to where it came from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from payments.deposits.models import Refund, Way
from payments.deposits.withdrawing import WithdrawalRefused, returnable, withdraw
from payments.ledger.models import LedgerAccount
from payments.ledger.posting import NotEnough


@dataclass(frozen=True)
class SentBack:
    """How many refunds wait for their providers now, and how many wallets still hold something."""

    refunds: int
    staying: dict[str, int]


def return_all_wallets(*, at: datetime) -> SentBack:
    """Take all that is free out of everybody's wallets, by the ways by which it came in.

    A transaction for each subscriber and way. What is held for a budget stays until its month is
    settled; what came in otherwise (earnings that were given on) stays for the operator to decide.
    Again, it takes what has become free meanwhile.
    """
    refunds, staying = 0, Counter[str]()
    full = LedgerAccount.objects.filter(kind=LedgerAccount.Kind.WALLET, balance__gt=0)
    owners = full.order_by("owner_id").values_list("owner_id", flat=True).distinct()
    for owner_id in list(owners):
        refunds += _return(User.objects.get(pk=owner_id), at)
    for wallet in full.select_related("owner"):
        staying[_why(wallet)] += 1
    return SentBack(refunds, dict(staying))


def _return(subscriber: User, at: datetime) -> int:
    """By one way after the other: what one takes is not there for the next."""
    made = 0
    for way in Way:
        for one in returnable(subscriber, [way]):
            # The same key twice is one withdrawal: two runs at once count the same.
            earlier = Refund.objects.filter(asked_by=subscriber).count()
            try:
                found = withdraw(
                    subscriber=subscriber,
                    way=way,
                    currency=one.currency,
                    amount=one.amount,
                    key=f"wind-down:{one.currency}:{earlier}",
                    at=at,
                )
            except (WithdrawalRefused, NotEnough):
                continue  # Another took it meanwhile.
            made += len(found)
    return made


def _why(wallet: LedgerAccount) -> str:
    if wallet.owner is not None and wallet.owner.suspended:
        return "Suspended"
    return "HeldForABudget" if wallet.held else "NotPaidInByThisWay"
