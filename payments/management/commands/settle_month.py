"""`manage.py settle_month YYYY-MM`: the month end, in this process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from payments.management.presenting import BAD_CALL, PresentingCommand, found_wrong
from payments.money import format_exact
from payments.settlement.audit import LedgerUnsound
from payments.settlement.closing import PeriodNotOver
from payments.settlement.preview import Figures, preview_settlement, published_figures
from payments.settlement.running import settle_period
from things.periods import NotAPeriod, Period

MOST_WORKERS = 64


class Command(PresentingCommand):
    """Presents `payments.settlement.running` and `payments.settlement.preview`."""

    help = (
        "Settle a month: divide each budget among what was clicked, and credit the creators."
        " A month that is settled stays as it is; one that was left half way is finished."
    )
    refusals = (NotAPeriod, PeriodNotOver)

    def add_arguments(self, parser: CommandParser) -> None:
        """The period and how to go about it."""
        super().add_arguments(parser)
        parser.add_argument("period", metavar="YYYY-MM")
        parser.add_argument(
            "--dry-run", action="store_true", help="compute all of it and write nothing"
        )
        parser.add_argument(
            "--workers",
            type=int,
            default=1,
            metavar="N",
            help=f"so many shards at once, each over its own connection (1 to {MOST_WORKERS})",
        )
        parser.add_argument(
            "--force",
            action="store_true",
            help="settle a month that still runs; never on a public site",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Settle or compute, and print the figures."""
        period = Period.parse(options["period"])
        _check(options)
        if options["dry_run"]:
            figures = preview_settlement(period=period, **_circumstances(options))
        else:
            figures = self._settle(period, options)
        verb = "would come to" if options["dry_run"] else "is settled"
        self.answer(
            {
                "period": str(period),
                "dry_run": options["dry_run"],
                "figures": [_document(row) for row in figures],
            },
            [f"{period} {verb}", *_lines(figures)],
        )

    def _settle(self, period: Period, options: dict[str, Any]) -> list[Figures]:
        try:
            with self.stages() as progress:
                settlement = settle_period(
                    period=period,
                    workers=options["workers"],
                    progress=lambda stage, done, whole: progress(str(stage.label), done, whole),
                    **_circumstances(options),
                )
        except LedgerUnsound as fault:
            raise found_wrong(f"{fault}; nothing was credited. See `manage.py audit`.") from fault
        return published_figures(settlement)


def _check(options: dict[str, Any]) -> None:
    if not 1 <= options["workers"] <= MOST_WORKERS:
        raise CommandError(
            f"--workers takes a number from 1 to {MOST_WORKERS}", returncode=BAD_CALL
        )
    if options["force"] and settings.PRODUCTION:
        raise CommandError("--force is not for a public site", returncode=BAD_CALL)


def _circumstances(options: dict[str, Any]) -> dict[str, Any]:
    return {
        "at": timezone.now(),
        "fee_basis_points": settings.FEE_BASIS_POINTS,
        "force": options["force"],
    }


def _document(figures: Figures) -> dict[str, object]:
    amounts = {name: format_exact(getattr(figures, name)) for name in _AMOUNTS}
    return asdict(figures) | amounts


_AMOUNTS = ("given", "fee", "mean", "median")


def _lines(figures: list[Figures]) -> Iterator[str]:
    if not figures:
        yield "Nobody clicked anything."
    for row in figures:
        yield (
            f"{row.currency}: {row.subscribers} subscribers gave {format_exact(row.given)} with"
            f" {row.clicks} clicks to {row.things} things of {row.creators} creators;"
            f" fee {format_exact(row.fee)}; a click was worth {format_exact(row.mean)} on average,"
            f" {format_exact(row.median)} in the middle"
        )
