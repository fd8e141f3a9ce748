"""The running month against the last, and the months before, as the desk shows them.

Counted at most every KEPT seconds, whoever looks: a month of a million clicks is read once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from payments.budgets.models import Budget
from payments.charts import MonthChart, recent_months
from payments.deposits.models import Deposit
from payments.payouts.models import Payout
from payments.settlement.models import PeriodFigures
from things.models import Click
from things.partitions import partition_exists
from things.periods import Period

KEPT = 300
MONTHS = 12


@dataclass(frozen=True)
class Comparison:
    """One figure of two months. With a currency it is an amount."""

    name: str
    now: int
    before: int
    currency: str = ""


def compare_months(*, at: datetime) -> list[Comparison]:
    """The running month beside the last, as far as they have come."""
    period = Period.of(at)
    now, before = _month(period), _month(period.previous)
    found = [Comparison(_("Clicks"), now["clicks"], before["clicks"])]
    for currency in sorted({*now["by_currency"], *before["by_currency"]}, key=_order):
        here = now["by_currency"].get(currency, _NOTHING)
        there = before["by_currency"].get(currency, _NOTHING)
        for name, label in (("givers", _("Givers")), ("budgets", _("Budgets held"))):
            amounts = currency if name == "budgets" else ""
            found.append(Comparison(_of(label, currency), here[name], there[name], amounts))
        for name, label in (("deposited", _("Deposits")), ("paid_out", _("Payouts"))):
            found.append(Comparison(_of(label, currency), here[name], there[name], currency))
    return found


def charts(*, at: datetime) -> list[MonthChart]:
    """What was given, by how many, with how many clicks; the settled months of the last year.

    For the currency of most givers. One query.
    """
    last = Period.of(at).previous
    rows = list(
        PeriodFigures.objects.filter(settlement__period__gte=_months_before(last, MONTHS - 1))
        .select_related("settlement")
        .order_by("settlement__period")
    )
    if not rows:
        return []
    currency = max(rows, key=lambda row: row.subscribers).currency
    mine = {row.settlement.period: row for row in rows if row.currency == currency}
    made = []
    for name, caption, amounts in (
        ("given", _("Given by month"), currency),
        ("clicks", _("Clicks by month"), ""),
        ("subscribers", _("Givers by month"), ""),
    ):
        values = {period: (getattr(row, name),) for period, row in mine.items()}
        months = recent_months(values, last=last, count=MONTHS)
        made.append(MonthChart(caption, months, (caption,), amounts))
    return made


class _Month(TypedDict):
    clicks: int
    by_currency: dict[str, dict[str, int]]


def _month(period: Period) -> _Month:
    key = f"desk:month:{period}"
    kept: _Month | None = cache.get(key)
    if kept is None:
        kept = _counted(period)
        cache.set(key, kept, KEPT)
    return kept


def _counted(period: Period) -> _Month:
    clicks = Click.objects.in_period(period).count() if partition_exists(period) else 0
    held = Budget.objects.in_period(period).filter(held_at__isnull=False)
    arrived = Deposit.objects.filter(
        state=Deposit.State.ARRIVED,
        arrived_at__gte=period.starts_at,
        arrived_at__lt=period.ends_at,
    )
    paid = Payout.objects.filter(
        state__in=[Payout.State.SENT, Payout.State.PAID],
        changed_at__gte=period.starts_at,
        changed_at__lt=period.ends_at,
    )
    by_currency: dict[str, dict[str, int]] = {}
    for rows, number, amount in (
        (held, "givers", "budgets"),
        (arrived, "deposits", "deposited"),
        (paid, "payouts", "paid_out"),
    ):
        summed = rows.order_by().values_list("currency").annotate(Count("pk"), Sum("amount"))
        for currency, count, total in summed:
            of_currency = by_currency.setdefault(currency, dict(_NOTHING))
            of_currency |= {number: count, amount: total or 0}
    return {"clicks": clicks, "by_currency": by_currency}


_NOTHING: dict[str, int] = dict.fromkeys(
    ("givers", "budgets", "deposits", "deposited", "payouts", "paid_out"), 0
)


def _of(label: str, currency: str) -> str:
    return f"{label}, {currency}" if len(settings.CURRENCIES) > 1 else label


def _order(currency: str) -> int:
    known = list(settings.CURRENCIES)
    return known.index(currency) if currency in known else len(known)


def _months_before(period: Period, count: int) -> Period:
    for _turn in range(count):
        period = period.previous
    return period
