"""The dry run: what a settlement would come to, computed by the same SQL and not written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from payments.settlement import statements
from payments.settlement.closing import PeriodNotOver, leave_out
from payments.settlement.executing import fetch
from payments.settlement.models import Settlement
from things.partitions import partition_exists
from things.periods import Period


@dataclass(frozen=True)
class Figures:
    """What a period came to in one currency; amounts in micros, as in `PeriodFigures`."""

    currency: str
    subscribers: int
    creators: int
    things: int
    clicks: int
    given: int
    fee: int
    mean: int
    median: int


def preview_settlement(
    *, period: Period, at: datetime, fee_basis_points: int, force: bool = False
) -> list[Figures]:
    """The figures that settling a period would publish, by currency. Writes and locks nothing.

    For a settled period, those that were published. Raises PeriodNotOver if the period runs at
    `at`, unless `force` is given.
    """
    settlement = Settlement.objects.filter(period=period).first()
    if settlement is not None and settlement.settled_at is not None:
        return published_figures(settlement)
    if not force and not period.is_over(at=at):
        raise PeriodNotOver(period)
    if not partition_exists(period):
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        return _compute(settlement or Settlement(period=period, fee_basis_points=fee_basis_points))


def published_figures(settlement: Settlement) -> list[Figures]:
    """The figures of a settled period, by currency."""
    names = Figures.__dataclass_fields__
    return [Figures(**row) for row in settlement.figures.order_by("currency").values(*names)]


def _compute(settlement: Settlement) -> list[Figures]:
    if settlement._state.adding:
        leave_out(settlement)
    return [Figures(*row) for row in fetch(statements.PREVIEW, settlement)]
