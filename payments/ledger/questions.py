"""Questions about transfers: whose they are, of which months, and what is left of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import BigIntegerField, Case, F, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Coalesce, TruncMonth
from django.utils import timezone

from things.periods import Period

if TYPE_CHECKING:
    from payments.ledger.models import LedgerAccount, Transfer

# Out of and into any account but `settling`: by kind, as an index cannot look at the account.
OUT_OF_AN_ACCOUNT = ~Q(kind__in=["earning", "fee"])
OUT_IN_TIME = ~Q(kind__in=["share", "earning", "fee"])
INTO_AN_ACCOUNT = ~Q(kind="share")
# A month end writes one of these for each subscriber, or each creator.
MOST_OF_ALL = ["share", "earning"]

# Note [Months of transfers]: a transfer belongs to the month in which it is about, whenever it was
# posted. What a month end moves is about the end of its month, which is the first moment of the
# next one, and belongs to the month that ended.
_OF_A_MONTH_END = Q(kind__in=["share", "earning", "fee"])


def before(period: Period) -> Q:
    """The transfers of the months before one: Note [Months of transfers]."""
    starts_at = period.starts_at
    return (_OF_A_MONTH_END & Q(about_at__lte=starts_at)) | (
        ~_OF_A_MONTH_END & Q(about_at__lt=starts_at)
    )


def out_of(accounts: Sequence[LedgerAccount]) -> Q:
    """What went out of accounts that are not the site's `settling`, by an index."""
    return Q(debited__in=accounts) & OUT_OF_AN_ACCOUNT


def into(accounts: Sequence[LedgerAccount]) -> Q:
    """What came into accounts that are not the site's `settling`, by an index."""
    return Q(credited__in=accounts) & INTO_AN_ACCOUNT


def sides_of(account: LedgerAccount) -> list[Q]:
    """What came into an account that is not `settling`, then all that went out of it.

    No transfer is of two of them, and each lies in an index in the order of its moments, with its
    amount: the world outside has millions. Only shares lie elsewhere. They are some tens, out of
    somebody's wallet; no month end takes one from an account of the site.
    """
    sides = [Q(credited=account) & INTO_AN_ACCOUNT, Q(debited=account) & OUT_IN_TIME]
    return sides if account.owner_id is None else [*sides, Q(debited=account, kind="share")]


class TransferQuerySet(models.QuerySet["Transfer"]):
    """Questions about transfers."""

    def of_account(self, account: LedgerAccount) -> TransferQuerySet:
        """Those out of and into an account that is not the site's `settling`."""
        return self.of_accounts([account])

    def of_accounts(self, accounts: Sequence[LedgerAccount]) -> TransferQuerySet:
        """As `of_account`, of several accounts."""
        return self.filter(out_of(accounts) | into(accounts))

    def in_months(self, first: Period, last: Period) -> TransferQuerySet:
        """Those of the months from `first` to `last`: Note [Months of transfers]."""
        return self.filter(before(last.next) & ~before(first))

    def with_month(self) -> TransferQuerySet:
        """Each with `month`, the first day of its month: Note [Months of transfers]."""
        belongs_at = Case(
            When(_OF_A_MONTH_END, then=F("about_at") - timedelta(microseconds=1)),
            default=F("about_at"),
        )
        zone = timezone.get_default_timezone()
        return self.annotate(
            month=TruncMonth(belongs_at, tzinfo=zone, output_field=models.DateField())
        )

    def remaining(self) -> dict[int, int]:
        """By number, the micros of each that no correction takes back which stands itself."""
        everything = self.model._default_manager
        corrections = everything.filter(mirrors=OuterRef("pk")).order_by()
        undone = everything.filter(mirrors__mirrors=OuterRef("pk")).order_by()
        left = F("amount") - _total(corrections, "mirrors") + _total(undone, "mirrors__mirrors")
        return dict(self.order_by().values_list("pk", left))


def _total(rows: models.QuerySet[Transfer], grouped: str) -> Coalesce:
    total = rows.values(grouped).values(total=Sum("amount"))
    return Coalesce(Subquery(total), 0, output_field=BigIntegerField())
