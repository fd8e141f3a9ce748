"""`manage.py demo`: three real months, imported, settled, shown and served."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from accounts.models import User
from payments.clicking.importing.month import import_month
from payments.earnings.reports import creator_month
from payments.management.presenting import BAD_CALL, PresentingCommand
from payments.money import format_cents, format_trimmed
from payments.settlement.running import settle_period
from things.periods import Period

MONTHS = Path(settings.PROJECT).parents[1] / "months"
PASSWORD = "demo"  # noqa: S105  # known to all: the command refuses public sites
OPERATOR = "olga"
SUBSCRIBER = "subscriber014"

# Each month was rebuilt from the figures that this creator published.
FEATURED = {
    "music-box-2010-09": "musicbox",
    "konscience-2013-05": "konscience",
    "konscience-2013-09": "konscience",
}


@dataclass(frozen=True)
class Report:
    """One line of a creator's month, for the table; amounts as they are shown."""

    period: str
    creator: str
    currency: str
    things: int
    clicks: int
    gross: str
    lowest: str
    highest: str
    mean: str
    fee: str
    net: str


class Command(PresentingCommand):
    """Imports and settles by the same functions as `import_month` and `settle_month`."""

    help = (
        "Import and settle the months in `months/`, print what their featured creators earned,"
        " and serve the site on this machine. Run again, it changes nothing and serves."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether and where to serve."""
        super().add_arguments(parser)
        parser.add_argument("--no-serve", action="store_true", help="end after the tables")
        parser.add_argument("--port", type=int, default=8000, help="where to serve (8000)")

    def handle(self, *_: Any, **options: Any) -> None:
        """Migrate, import, settle, print, serve."""
        if settings.PRODUCTION:
            raise CommandError(
                "the demo is not for a public site: its passwords are known", returncode=BAD_CALL
            )
        call_command("migrate", verbosity=0)
        reports = [report for folder in FEATURED for report in self._month(folder)]
        self.answer([vars(report) for report in reports], _tables(reports))
        _let_people_in()
        if not options["no_serve"]:
            self._serve(options["port"])

    def _month(self, folder: str) -> list[Report]:
        now = timezone.now()
        imported = import_month(folder=MONTHS / folder, period=None, at=now)
        settle_period(period=imported.period, at=now, fee_basis_points=settings.FEE_BASIS_POINTS)
        return list(_reports(User.objects.get(username=FEATURED[folder]), imported.period))

    def _serve(self, port: int) -> None:
        # Nobody else sees this site. `make run` and public sites ask the operator for one.
        settings.STAFF_SECOND_FACTOR = False
        self.stdout.write(
            f"\nSign in at http://localhost:{port}/ as {', '.join(_people())} with the password"
            f" “{PASSWORD}”; {OPERATOR} operates the site at /admin/, in the demo alone without a"
            " second factor. Or create an account: the mail with its code is written below."
            " Control-C ends it."
        )
        with _worker():
            call_command("runserver", f"localhost:{port}", use_reloader=False)


@contextmanager
def _worker() -> Iterator[None]:
    """A worker and Celery's clock beside the site: they send mails and settle months."""
    with tempfile.TemporaryDirectory(prefix="obole-demo-") as folder:
        schedule = str(Path(folder) / "beat")
        celery = [sys.executable, "-m", "celery", "--quiet", "-A", "obole", "worker", "--beat"]
        options = ["--schedule", schedule, "--concurrency", "1", "--loglevel", "WARNING"]
        worker = subprocess.Popen([*celery, *options], cwd=MONTHS.parent)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            yield
        finally:
            worker.terminate()
            worker.wait()


def _people() -> list[str]:
    return [OPERATOR, SUBSCRIBER, *sorted(set(FEATURED.values()))]


def _let_people_in() -> None:
    """Give the people of the demo their password, and the site its operator."""
    User.objects.get_or_create(username=OPERATOR, defaults={"is_staff": True, "is_superuser": True})
    for user in User.objects.filter(username__in=_people()):
        # An empty password counts as a usable one.
        if not (user.password and user.has_usable_password()):
            user.set_password(PASSWORD)
            user.save(update_fields=["password"])


def _reports(creator: User, period: Period) -> Iterator[Report]:
    for total in creator_month(creator=creator, period=period).totals:
        earned = total.earnings
        yield Report(
            period=str(period),
            creator=creator.username,
            currency=earned.currency,
            things=earned.things,
            clicks=earned.clicks,
            gross=format_trimmed(earned.gross),
            lowest=format_trimmed(total.lowest),
            highest=format_trimmed(total.highest),
            mean=format_cents(earned.gross // earned.clicks),
            fee=format_trimmed(earned.fee),
            net=format_trimmed(earned.net),
        )


def _tables(reports: list[Report]) -> Iterator[str]:
    """One table with a heading; columns as wide as their widest entry, numbers to the right."""
    rows = [list(vars(reports[0])), *([str(cell) for cell in vars(r).values()] for r in reports)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell.ljust(width) if number < _TEXTS else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells)


# The first columns are words.
_TEXTS = 3
