"""What somebody received against what they gave: for themselves alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Case, F, Q, Sum, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from payments.charts import MonthChart, recent_months
from payments.ledger.models import LedgerAccount, Transfer
from things.periods import Period

_RECEIVED, _GIVEN = ("earning", "tip"), ("share", "tip")


@dataclass(frozen=True)
class Balance:
    """What came as earnings and tips, after the fee, and what went by clicks and tips; in micros.

    What was corrected counts no more. Money that somebody pays in or out is neither.
    """

    received: int
    given: int

    @property
    def difference(self) -> int:
        """Above zero where more was received."""
        return self.received - self.given


@dataclass(frozen=True)
class CurrencyBalance:
    """All months of one currency, latest first, and their sum."""

    currency: str
    months: Mapping[Period, Balance]
    whole: Balance

    @property
    def chart(self) -> MonthChart:
        """Both, side by side, in the year up to the latest month."""
        caption = _("Received and given a month, in %(currency)s") % {"currency": self.currency}
        values = {
            period: (max(one.received, 0), max(one.given, 0)) for period, one in self.months.items()
        }
        urls = {period: reverse("giving_month", args=[period]) for period in self.months}
        months = recent_months(values, last=max(values), urls=urls)
        return MonthChart(caption, months, (_("Received"), _("Given")), self.currency)


def received_and_given(user: User) -> list[CurrencyBalance]:
    """What somebody received and gave, month by month and in all: a row for each currency.

    Two queries; there are some tens of months.
    """
    kinds = (LedgerAccount.Kind.WALLET, LedgerAccount.Kind.EARNINGS)
    accounts = list(LedgerAccount.objects.filter(owner=user, kind__in=kinds))
    received = _sum("credited", accounts, _RECEIVED, LedgerAccount.Kind.EARNINGS)
    given = _sum("debited", accounts, _GIVEN, LedgerAccount.Kind.WALLET)
    transfers = Transfer.objects.of_accounts(accounts).with_month()
    rows = list(
        transfers.values("currency", "month")  # type: ignore[misc]  # an annotation
        .annotate(received=received, given=given)
        .filter(~Q(received=0) | ~Q(given=0))
        .order_by("currency", "-month")
    )
    found = []
    for currency in dict.fromkeys(row["currency"] for row in rows):
        months = {
            Period(row["month"].year, row["month"].month): Balance(row["received"], row["given"])
            for row in rows
            if row["currency"] == currency
        }
        whole = Balance(
            sum(one.received for one in months.values()), sum(one.given for one in months.values())
        )
        found.append(CurrencyBalance(currency, months, whole))
    return found


def _sum(
    side: str, accounts: list[LedgerAccount], kinds: tuple[str, ...], of: LedgerAccount.Kind
) -> Coalesce:
    """What moved on one side of accounts of a kind, less what a correction moved back."""
    ours = [account for account in accounts if account.kind == of]
    other = "debited" if side == "credited" else "credited"
    return Coalesce(
        Sum(
            Case(
                When(**{f"{side}__in": ours}, kind__in=kinds, then=F("amount")),
                When(**{f"{other}__in": ours}, mirrors__kind__in=kinds, then=-F("amount")),
                default=Value(0),
            )
        ),
        0,
    )
