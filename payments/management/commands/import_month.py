"""`manage.py import_month FOLDER`: take in a month folder, all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from payments.clicking.importing.faults import BadMonth, Fault
from payments.clicking.importing.month import CLICKS, Imported, import_month
from payments.management.presenting import PresentingCommand
from things.partitions import PeriodSealed
from things.periods import NotAPeriod, Period


class Command(PresentingCommand):
    """Presents `payments.clicking.importing`."""

    help = (
        "Import a month folder: things.csv, budgets.csv and clicks.csv. All of it or nothing;"
        " a folder that was imported before changes nothing. docs/months.md has the format."
    )
    refusals = (NotAPeriod, BadMonth, PeriodSealed)

    def add_arguments(self, parser: CommandParser) -> None:
        """The folder and the period."""
        super().add_arguments(parser)
        parser.add_argument("folder", type=Path, metavar="FOLDER")
        parser.add_argument(
            "--period", metavar="YYYY-MM", help="the month; without it, that of the clicks"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Import, and say what was imported."""
        written = options["period"]
        period = Period.parse(written) if written is not None else None
        with self.stages() as progress:
            imported = import_month(
                folder=options["folder"], period=period, at=timezone.now(), progress=progress
            )
        for note in _notes(imported):
            self.stderr.write(note)
        self.answer(_document(imported), [_sentence(imported)])


def _notes(imported: Imported) -> Iterator[str]:
    for line in imported.repeated_lines:
        yield str(Fault(CLICKS, line, "a second click on the same thing, which counts once"))
    rest = imported.repeated - len(imported.repeated_lines)
    if imported.repeated_lines and rest:
        yield f"and {rest} more"


def _document(imported: Imported) -> dict[str, object]:
    document = asdict(imported) | {"period": str(imported.period)}
    del document["repeated_lines"]
    return document


def _sentence(imported: Imported) -> str:
    counts = (
        f"{imported.subscribers} subscribers, {imported.things} things, {imported.clicks} clicks"
    )
    if imported.already:
        return f"{imported.period} was imported from this folder before: {counts}. Nothing changed."
    return f"{imported.period} imported: {counts}"
