"""The deed: write a settled month into a folder."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

from django.db import connection, transaction
from psycopg import sql

from payments.clicking.exclusions.asking import NOT_EXCLUDED
from payments.earnings.exporting import statements
from payments.earnings.exporting.reports import (
    FIRST_LINE,
    Row,
    by_report,
    report_line,
    report_name,
)
from payments.earnings.months import public_month
from payments.settlement.models import Settlement
from things.partitions import partition_name
from things.periods import Period

FILES: dict[str, LiteralString] = {
    "statement.csv": statements.STATEMENT,
    "earnings.csv": statements.EARNINGS,
    "creators.csv": statements.CREATORS,
    "things.csv": statements.THINGS,
    "budgets.csv": statements.BUDGETS,
    "clicks.csv": statements.CLICKS,
}

# Called with what is being written, how much of it is done, and how much it is.
Progress = Callable[[str, int, int], object]

_TYPES = ["text", "text", "int8", "text", "text", "int4", "int8", "int8"]


class CannotExport(Exception):
    """The folder cannot be written; the message says why."""


@dataclass(frozen=True)
class Exported:
    """What was written: rows of each file, and how many revenue reports."""

    period: Period
    folder: Path
    rows: dict[str, int]
    reports: int


def export_month(*, period: Period, folder: Path, progress: Progress = lambda *_: None) -> Exported:
    """Write a settled period into a folder that is not there yet, or is empty.

    All of it appears at once: it is written beside and then moved. Nothing is ever overwritten.
    Raises NotSettled if the period is not settled, CannotExport if the folder cannot be written.
    Memory does not grow with the rows.
    """
    settlement = public_month(period).settlement
    with _appearing(folder.resolve()) as beside, transaction.atomic():
        rows = {}
        for done, (name, statement) in enumerate(FILES.items()):
            progress("writing the month", done, len(FILES))
            rows[name] = _write_file(beside / name, statement, settlement)
        progress("writing the month", len(FILES), len(FILES))
        reports = _write_reports(beside, settlement)
    return Exported(period, folder, rows, reports)


@contextmanager
def _appearing(folder: Path) -> Iterator[Path]:
    """A folder beside `folder`, which takes its place at the end; removed where that fails."""
    try:
        if folder.exists() and any(folder.iterdir()):
            raise CannotExport(f"{folder} is not empty, and nothing is overwritten")
        beside = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
        beside.mkdir()
        try:
            yield beside
            beside.replace(folder)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except OSError as error:
        raise CannotExport(f"{folder} cannot be written: {error.strerror}") from error


def _write_file(path: Path, statement: LiteralString, settlement: Settlement) -> int:
    copied = sql.SQL("COPY ({}) TO STDOUT (FORMAT csv, HEADER)").format(
        _composed(statement, settlement)
    )
    with connection.cursor() as cursor, path.open("wb") as file:
        with cursor.copy(copied) as copy:
            for block in copy:
                file.write(block)
        rows: int = cursor.rowcount
    return rows


def _write_reports(folder: Path, settlement: Settlement) -> int:
    written = 0
    # Closed here where a disk is full: the transaction could not end with COPY under way.
    with closing(_report_rows(settlement)) as all_rows:
        for creator, currency, rows in by_report(all_rows):
            own = _folder_of(folder, creator)
            own.mkdir(exist_ok=True)
            path = own / report_name(settlement.period, currency)
            with path.open("w", encoding="utf-8", newline="\n") as file:
                file.write(f"{FIRST_LINE}\n")
                file.writelines(report_line(settlement.period, row) for row in rows)
            written += 1
    return written


def _folder_of(folder: Path, creator: str) -> Path:
    """A creator's own: no user name leads out of the folder, but it may be that of a file."""
    return folder / (f"{creator}@" if creator.lower() in FILES else creator)


def _report_rows(settlement: Settlement) -> Generator[Row]:
    copied = sql.SQL("COPY ({}) TO STDOUT").format(_composed(statements.REPORTS, settlement))
    with connection.cursor() as cursor, cursor.copy(copied) as copy:
        copy.set_types(_TYPES)
        for row in copy.rows():
            yield Row(*row)


def _composed(statement: LiteralString, settlement: Settlement) -> Any:
    """COPY takes no parameters: the values are written into the statement, quoted."""
    return sql.SQL(statement).format(
        period=sql.Literal(settlement.period.first_day),
        title=sql.SQL(statements.TITLE),
        clicks=sql.Identifier(partition_name(settlement.period)),
        left_out_subscribers=sql.Literal(settlement.left_out_subscribers),
        left_out_things=sql.Literal(settlement.left_out_things),
        not_excluded=sql.SQL(NOT_EXCLUDED),
    )
