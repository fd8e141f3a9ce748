"""What of a creator's earnings can be paid out, and from when the rest can."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from accounts.models import User
from payments.ledger.models import LedgerAccount, Transfer
from payments.money import minor_unit
from payments.payouts.models import PayoutHold
from things.periods import Period


@dataclass(frozen=True)
class Payable:
    """A creator's earnings in one currency, in micros: `earned` = `free` + `later` + `held`.

    `free` can be paid out now; `later` is not released yet, and is so from `later_at` on; `held`
    stays until the operator has looked. What is on its way is no part of it.
    """

    currency: str
    earned: int
    later: int
    held: int
    later_at: datetime

    @property
    def free(self) -> int:
        """What can be paid out now."""
        return self.earned - self.later - self.held

    @property
    def most(self) -> int:
        """The largest payout: what is free, in whole minor units."""
        return self.free - self.free % minor_unit(self.currency)


def released_until(at: datetime) -> datetime:
    """What was earned up to this moment can be paid out at `at`.

    A month's earnings are released on the 10th of the next (`settings.PAYABLE_DAY`): until then
    an operator can look, suspend and reverse.
    """
    period = Period.of(at)
    return period.starts_at if at >= releases_at(period) else period.previous.starts_at


def releases_at(period: Period) -> datetime:
    """The moment in a period at which the earnings of the one before are released."""
    return period.starts_at + timedelta(days=settings.PAYABLE_DAY - 1)


def payable_of(owner: User, *, at: datetime) -> list[Payable]:
    """What a creator can be paid, a line for each currency they ever earned in. Three queries."""
    accounts = LedgerAccount.objects.filter(owner=owner, kind=LedgerAccount.Kind.EARNINGS)
    return [payable_from(account, at=at) for account in accounts.order_by("currency")]


def payable_from(account: LedgerAccount, *, at: datetime) -> Payable:
    """What can be paid out of an account of earnings. The caller locks it where that matters."""
    period = Period.of(at)
    coming = period if at < releases_at(period) else period.next
    later = min(_credited_after(account, released_until(at)), account.balance)
    return Payable(
        currency=account.currency,
        earned=account.balance,
        later=later,
        held=_held(account, account.balance - later),
        later_at=releases_at(coming),
    )


def _credited_after(account: LedgerAccount, moment: datetime) -> int:
    """What came in about a time after a moment, less what of it was corrected, in micros.

    A settlement's credits are about the end of their period, which is the moment itself.
    """
    young = Q(about_at__gt=moment) | Q(about_at=moment) & ~Q(kind=Transfer.Kind.EARNING)
    came_in = Transfer.objects.filter(
        young,
        credited=account,
        kind__in=[Transfer.Kind.EARNING, Transfer.Kind.TIP],
    )
    went_back = Transfer.objects.filter(debited=account, mirrors__in=came_in)
    return _total(came_in) - _total(went_back)


def _total(transfers: object) -> int:
    return int(transfers.aggregate(sum=Coalesce(Sum("amount"), 0))["sum"])  # type: ignore[attr-defined]


def _held(account: LedgerAccount, rest: int) -> int:
    """What stays of the rest: by holds, and for what the same person's wallet owes."""
    standing = PayoutHold.objects.standing().filter(owner=account.owner_id)
    if standing.filter(amount=None).exists():
        return rest
    of_currency = standing.filter(currency=account.currency)
    held = int(of_currency.aggregate(sum=Coalesce(Sum("amount"), 0))["sum"])
    wallets = LedgerAccount.objects.filter(
        owner=account.owner_id, kind=LedgerAccount.Kind.WALLET, currency=account.currency
    )
    owed = int(wallets.aggregate(sum=Coalesce(Sum("owed"), 0))["sum"])
    return min(held + owed, rest)
