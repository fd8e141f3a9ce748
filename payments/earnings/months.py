"""The settled months and their public figures."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from payments.settlement.models import PeriodFigures, Settlement
from things.periods import Period


class NotSettled(LookupError):
    """The period has no figures: it is not over, was not settled yet, or nobody gave."""

    def __init__(self, period: Period) -> None:
        super().__init__(f"{period} is not settled")


@dataclass(frozen=True)
class PublicMonth:
    """A settled period in public figures, one for each currency, and its neighbours."""

    settlement: Settlement
    figures: list[PeriodFigures]
    previous: Period | None
    next: Period | None

    @property
    def period(self) -> Period:
        """The period."""
        return self.settlement.period


def settled_months() -> QuerySet[Settlement]:
    """The settled periods, latest first, each with its figures. Two queries."""
    settled = Settlement.objects.filter(settled_at__isnull=False)
    return settled.order_by("-period").prefetch_related("figures")


def public_month(period: Period) -> PublicMonth:
    """One settled period. Four queries. Raises NotSettled if it is not one."""
    months = settled_months()
    settlement = months.filter(period=period).first()
    if settlement is None:
        raise NotSettled(period)
    periods = months.prefetch_related(None).values_list("period", flat=True)
    return PublicMonth(
        settlement=settlement,
        figures=list(settlement.figures.all()),
        previous=periods.filter(period__lt=period).first(),
        next=periods.filter(period__gt=period).last(),
    )
