"""The deed: import a month folder, all of it or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

from django.db import connection, transaction
from django.db.models import Sum

from payments.budgets.periods import keep_open
from payments.clicking.importing import budget_lines, click_lines, thing_lines
from payments.clicking.importing.budget_lines import BudgetLines
from payments.clicking.importing.click_lines import ClickLines
from payments.clicking.importing.conflicts import find_conflicts
from payments.clicking.importing.faults import BadMonth, Fault, Faults
from payments.clicking.importing.names import Names
from payments.clicking.importing.records import CsvFile
from payments.clicking.importing.staging import stage, staging_tables
from payments.clicking.importing.thing_lines import ThingLines
from payments.clicking.importing.writing import repeated_lines, write_month
from payments.clicking.models import ImportedMonth
from payments.ledger.models import LedgerAccount
from things.periods import Period

FILES = (THINGS, BUDGETS, CLICKS) = ("things.csv", "budgets.csv", "clicks.csv")

# Called with what is being done, how much of it is done, and how much it is.
Progress = Callable[[str, int, int], object]

# Any number that no other advisory lock of the project uses.
_IMPORTING = 0x0B01E002


@dataclass(frozen=True)
class Imported:
    """What an import wrote, or another one before it (`already`).

    `repeated` clicks did not count, because an earlier one is the same; `repeated_lines` are the
    first lines of such clicks.
    """

    period: Period
    subscribers: int
    things: int
    clicks: int
    repeated: int
    repeated_lines: tuple[int, ...] = ()
    already: bool = False


def import_month(
    *,
    folder: Path,
    period: Period | None,
    at: datetime,
    progress: Progress = lambda *_: None,
) -> Imported:
    """Import a month folder at a moment, in one transaction, or find that it has been.

    The period is that of the clicks where it is None. Raises BadMonth with all that is wrong with
    the folder or contradicts the site, and PeriodSealed if the period's settlement has begun;
    then nothing is written. Imports wait for each other.
    """
    if not folder.is_dir():
        raise BadMonth((Fault(str(folder), None, "there is no such folder"),), 1)
    digest = _digest(folder)
    with transaction.atomic(durable=True):
        _wait_for_others()
        return _found(digest, period) or _import(folder, period, at, digest, progress)


def _digest(folder: Path) -> str:
    """A fingerprint of the three files. One that cannot be read is a fault found later."""
    digest = hashlib.sha256()
    for name in FILES:
        try:
            with (folder / name).open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        except OSError:
            digest.update(b"unreadable")
    return digest.hexdigest()


def _wait_for_others() -> None:
    """Two imports at once could both find a user missing, and both make it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_IMPORTING])


def _found(digest: str, period: Period | None) -> Imported | None:
    months = ImportedMonth.objects.filter(digest=digest)
    found = (months.filter(period=period) if period else months).first()
    if found is None:
        return None
    return Imported(
        period=found.period,
        subscribers=found.subscribers,
        things=found.things,
        clicks=found.clicks,
        repeated=found.repeated,
        already=True,
    )


def _import(
    folder: Path, period: Period | None, at: datetime, digest: str, progress: Progress
) -> Imported:
    with staging_tables():
        staged_period, staged = _stage_files(folder, period, progress)
        keep_open(staged_period)
        progress("writing", 0, 1)
        counted = write_month(period=staged_period, at=at)
        progress("writing", 1, 1)
        repeated = staged[CLICKS] - counted
        imported = Imported(
            period=staged_period,
            subscribers=staged[BUDGETS],
            things=staged[THINGS],
            clicks=counted,
            repeated=repeated,
            repeated_lines=repeated_lines() if repeated else (),
        )
    _remember(imported, digest, at)
    return imported


def _stage_files(
    folder: Path, period: Period | None, progress: Progress
) -> tuple[Period, dict[str, int]]:
    """Copy the right lines of each file; the period, and how many. Raises BadMonth."""
    faults, names = Faults(), Names()
    things = ThingLines(CsvFile(folder / THINGS, thing_lines.COLUMNS, faults), names)
    budgets = BudgetLines(
        CsvFile(folder / BUDGETS, budget_lines.COLUMNS, faults), names, in_ledger=_in_ledger()
    )
    clicks = ClickLines(
        CsvFile(folder / CLICKS, click_lines.COLUMNS, faults), things, budgets, period=period
    )
    staged = {
        THINGS: _stage("importing_thing", things, progress),
        BUDGETS: _stage("importing_budget", budgets, progress),
        CLICKS: _stage("importing_click", clicks, progress),
    }
    find_conflicts(clicks.period, faults)
    faults.refuse()
    # Without a period there was a fault.
    return cast(Period, clicks.period), staged


def _stage(table: str, reader: ThingLines | BudgetLines | ClickLines, progress: Progress) -> int:
    file, size = reader.file, reader.file.size
    return stage(
        table,
        reader.blocks(),
        after_each=lambda: progress(f"reading {file.name}", file.position, size),
    )


def _in_ledger() -> dict[str, int]:
    """What came into the ledger and is still there, in each currency: no balance is above it."""
    outside = LedgerAccount.objects.filter(kind=LedgerAccount.Kind.OUTSIDE)
    sums = outside.values("currency").annotate(total=Sum("balance")).order_by("currency")
    return {row["currency"]: -row["total"] for row in sums}


def _remember(imported: Imported, digest: str, at: datetime) -> None:
    ImportedMonth.objects.create(
        period=imported.period,
        digest=digest,
        imported_at=at,
        subscribers=imported.subscribers,
        things=imported.things,
        clicks=imported.clicks,
        repeated=imported.repeated,
    )
