"""The dry run of a month as staff ask for it: computed by a task, kept, compared, with outliers."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import LiteralString, TypedDict

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone

from payments.settlement.closing import leave_out
from payments.settlement.executing import fetch
from payments.settlement.models import CreatorEarnings, Settlement
from payments.settlement.preview import Figures, preview_settlement
from things.partitions import partition_exists
from things.periods import Period

# It can be computed again at any time.
KEPT = 30 * 86_400
OUTLIERS = 20
# So much more than in the month before is worth a look.
FACTOR = 3

_LARGEST: LiteralString = """
    WITH counted AS ({counted}), divided AS MATERIALIZED (
        SELECT budget.subscriber_id, budget.currency, counted.clicks, {share} AS share
        FROM payments_budget AS budget
        JOIN counted ON counted.subscriber_id = budget.subscriber_id
        WHERE budget.period = %(period)s
    ), summed AS ({summed}), credited AS ({credited})
    SELECT credited.creator_id, creator.username, credited.currency, credited.things,
        credited.clicks, credited.gross
    FROM credited JOIN accounts_user AS creator ON creator.id = credited.creator_id
    ORDER BY credited.gross DESC, credited.creator_id LIMIT 20
"""


class Outlier(TypedDict):
    """One of those who would get most; `before` is their gross of the month before, in micros."""

    creator: int
    name: str
    currency: str
    things: int
    clicks: int
    gross: int
    before: int
    marked: bool


class Preview(TypedDict):
    """What the task found; `fault` is empty where it came through."""

    began_at: datetime
    ended_at: datetime
    figures: list[dict[str, int | str]]
    before: list[dict[str, int | str]]
    outliers: list[Outlier]
    fault: str


@dataclass(frozen=True)
class Asked:
    """A dry run that was asked for and has not come out yet."""

    at: datetime


def note_asked(period: Period, *, at: datetime) -> None:
    """Remember that one was asked for, until it comes out."""
    cache.set(_asked(period), at, 3600)


def asked_preview(period: Period) -> Asked | None:
    """Whether one is under way."""
    at = cache.get(_asked(period))
    return None if at is None else Asked(at)


def last_preview(period: Period) -> Preview | None:
    """What came out last; None where there was none for a month."""
    kept: Preview | None = cache.get(_kept(period))
    return kept


def make_preview(period: Period) -> Preview:
    """Compute the dry run of a period, running or ended, with its outliers, and keep it."""
    began_at = timezone.now()
    figures = preview_settlement(
        period=period, at=began_at, fee_basis_points=settings.FEE_BASIS_POINTS, force=True
    )
    before = preview_settlement(
        period=period.previous,
        at=began_at,
        fee_basis_points=settings.FEE_BASIS_POINTS,
        force=True,
    )
    preview = Preview(
        began_at=began_at,
        ended_at=timezone.now(),
        figures=[asdict(row) for row in figures],
        before=[asdict(row) for row in before],
        outliers=_outliers(period),
        fault="",
    )
    cache.set(_kept(period), preview, KEPT)
    cache.delete(_asked(period))
    return preview


def compared(preview: Preview) -> list[tuple[Figures, Figures | None]]:
    """Each currency's figures, and those of the month before."""
    before = {row["currency"]: Figures(**row) for row in preview["before"]}  # type: ignore[arg-type]
    now = [Figures(**row) for row in preview["figures"]]  # type: ignore[arg-type]
    return [(row, before.get(row.currency)) for row in now]


def _outliers(period: Period) -> list[Outlier]:
    if not partition_exists(period):
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        settlement = Settlement.objects.filter(period=period).first()
        if settlement is None:
            settlement = Settlement(period=period, fee_basis_points=settings.FEE_BASIS_POINTS)
            leave_out(settlement)
        rows = fetch(_LARGEST, settlement)
    before = {
        (row.creator_id, row.currency): row.gross
        for row in CreatorEarnings.objects.filter(
            period=period.previous, creator__in={row[0] for row in rows}
        )
    }
    return [_outlier(row, before.get((row[0], row[2]), 0)) for row in rows]


def _outlier(row: tuple[int, str, str, int, int, int], before: int) -> Outlier:
    creator, name, currency, things, clicks, gross = row
    return Outlier(
        creator=creator,
        name=name,
        currency=currency,
        things=things,
        clicks=clicks,
        gross=gross,
        before=before,
        marked=gross >= FACTOR * before,
    )


def _kept(period: Period) -> str:
    return f"desk:preview:{period}"


def _asked(period: Period) -> str:
    return f"desk:preview-asked:{period}"
