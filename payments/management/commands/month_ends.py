"""`manage.py month_ends [YYYY-MM]`: the history of the month ends, or how far one has come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from payments.desk.previewing import Preview, compared, make_preview
from payments.desk.progress import PastMonth, Progress, history, progress_of
from payments.management.presenting import PresentingCommand
from payments.money import format_exact
from things.periods import Period


class Command(PresentingCommand):
    """Presents `payments.desk`: what the settlement console shows."""

    help = (
        "Say how the month ends went; with a month, how far its stages and shards are, and with"
        " --preview what it would come to against the month before, and who would get most."
        " `settle_month` starts it, or takes it up again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The month, and what to say of it."""
        super().add_arguments(parser)
        parser.add_argument("period", metavar="YYYY-MM", nargs="?")
        parser.add_argument("--preview", action="store_true", help="compute a dry run, and keep it")

    def handle(self, *_: Any, **options: Any) -> None:
        """Say it."""
        if options["period"] is None:
            lines = history()
            self.answer([_past(line) for line in lines], _history_lines(lines))
            return
        period = Period.parse(options["period"])
        if options["preview"]:
            preview = make_preview(period)
            self.answer(_document(preview), _preview_lines(period, preview))
            return
        progress = progress_of(period)
        self.answer(_progress(progress), _progress_lines(period, progress))


def _past(line: PastMonth) -> dict[str, object]:
    settled_at = line.settlement.settled_at
    return {
        "period": str(line.settlement.period),
        "closed_at": line.settlement.closed_at.isoformat(),
        "settled_at": settled_at.isoformat() if settled_at else None,
        "seconds": line.seconds,
    }


def _history_lines(lines: list[PastMonth]) -> Iterator[str]:
    if not lines:
        yield "No month was settled yet."
    for line in lines:
        ended = f"settled in {line.seconds:.1f} s" if line.seconds is not None else "being settled"
        yield f"{line.settlement.period}: {ended}"


def _progress(progress: Progress | None) -> dict[str, object] | None:
    if progress is None:
        return None
    return {
        "period": str(progress.settlement.period),
        "running": progress.is_running,
        "stages": [
            {
                "stage": one.stage.name,
                "state": one.state,
                "done": one.done,
                "shards": one.whole,
                "written": one.written,
            }
            for one in progress.stages
        ],
    }


def _progress_lines(period: Period, progress: Progress | None) -> Iterator[str]:
    if progress is None:
        yield f"The settlement of {period} has not begun."
        return
    for one in progress.stages:
        yield f"{one.stage.name}: {one.state}, {one.done} of {one.whole} shards, {one.written} rows"


def _document(preview: Preview) -> dict[str, object]:
    return {
        "figures": preview["figures"],
        "before": preview["before"],
        "outliers": [dict(one) for one in preview["outliers"]],
    }


def _preview_lines(period: Period, preview: Preview) -> Iterator[str]:
    for now, before in compared(preview):
        earlier = asdict(before) if before else {}
        for name in ("subscribers", "creators", "things", "clicks"):
            yield f"{now.currency} {name}: {getattr(now, name)} ({earlier.get(name, 0)} before)"
        for name in ("given", "fee", "mean", "median"):
            was = format_exact(earlier.get(name, 0))
            yield f"{now.currency} {name}: {format_exact(getattr(now, name))} ({was} before)"
    for one in preview["outliers"]:
        mark = "new" if not one["before"] else "three times as much" if one["marked"] else ""
        gross, before_gross = format_exact(one["gross"]), format_exact(one["before"])
        yield f"{one['name']}: {gross} {one['currency']} ({before_gross} before) {mark}".rstrip()
    if not preview["figures"]:
        yield f"Nobody clicked anything in {period}."
