"""The end of a site: everybody's earnings are asked to be paid out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from payments.ledger.models import LedgerAccount
from payments.money import minor_unit
from payments.payouts.details import NoDetails
from payments.payouts.models import Payout
from payments.payouts.payable import payable_from
from payments.payouts.requesting import PayoutRefused, request_payout


@dataclass(frozen=True)
class AskedFor:
    """How many payouts were asked for, and how many earnings stay, by the reason."""

    payouts: int
    staying: dict[str, int]


def request_all_payouts(*, at: datetime) -> AskedFor:
    """Ask for all that can be paid out of everybody's earnings, in a transaction each.

    What is not released yet, held, or less than a minor unit stays, and so does what belongs to
    those who said no account. Again, it asks for what has become free meanwhile.
    """
    asked, staying = 0, Counter[str]()
    full = LedgerAccount.objects.filter(kind=LedgerAccount.Kind.EARNINGS, balance__gt=0)
    for account in full.select_related("owner").order_by("pk").iterator(chunk_size=500):
        reason = _request(account, at)
        if reason:
            staying[reason] += 1
        else:
            asked += 1
    return AskedFor(asked, dict(staying))


def _request(account: LedgerAccount, at: datetime) -> str:
    """Empty where a payout was asked for, else why the money stays."""
    payable = payable_from(account, at=at)
    if payable.most <= 0 or account.owner is None:
        return _why_nothing(account, payable.free)
    # The same key twice is one payout: two runs at once count the same.
    earlier = Payout.objects.filter(owner=account.owner, currency=account.currency).count()
    try:
        request_payout(
            owner=account.owner,
            amount=payable.most,
            currency=account.currency,
            key=f"wind-down:{account.currency}:{earlier}",
            at=at,
        )
    except (PayoutRefused, NoDetails) as refusal:
        return type(refusal).__name__
    return ""


def _why_nothing(account: LedgerAccount, free: int) -> str:
    if account.balance < minor_unit(account.currency):
        return "LessThanAMinorUnit"
    return "NotReleased" if free <= 0 else "LessThanAMinorUnit"
