"""`manage.py export_month YYYY-MM FOLDER`: write a settled month into a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from payments.earnings.exporting.month import CannotExport, Exported, export_month
from payments.earnings.months import NotSettled
from payments.management.presenting import PresentingCommand
from things.periods import NotAPeriod, Period


class Command(PresentingCommand):
    """Presents `payments.earnings.exporting`."""

    help = (
        "Write a settled month into a folder that is not there yet or is empty: what everybody"
        " gave and got, and files that import_month can read. docs/months.md has the format."
    )
    refusals = (NotAPeriod, NotSettled, CannotExport)

    def add_arguments(self, parser: CommandParser) -> None:
        """The period and the folder."""
        super().add_arguments(parser)
        parser.add_argument("period", metavar="YYYY-MM")
        parser.add_argument("folder", type=Path, metavar="FOLDER")

    def handle(self, *_: Any, **options: Any) -> None:
        """Export, and say what was written."""
        period = Period.parse(options["period"])
        with self.stages() as progress:
            exported = export_month(period=period, folder=options["folder"], progress=progress)
        self.answer(_document(exported), [_sentence(exported)])


def _document(exported: Exported) -> dict[str, object]:
    return {
        "period": str(exported.period),
        "folder": str(exported.folder),
        "rows": exported.rows,
        "reports": exported.reports,
    }


def _sentence(exported: Exported) -> str:
    rows = ", ".join(f"{name} {count}" for name, count in exported.rows.items())
    return f"{exported.period} written to {exported.folder}: {rows}, {exported.reports} reports"
