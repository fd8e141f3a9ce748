"""`manage.py import_history --creator NAME FILES`: take in Flattr's own revenue reports."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from payments.earnings.history import NotAReport, import_history


class Command(BaseCommand):
    """Presents `payments.earnings.history`; exit code 2 where a file is none."""

    help = (
        "Import flattr-revenue-YYYYMM.csv files, so that old months appear in the creator's charts."
        " Nothing of it is in the ledger. The same files again change nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--creator", required=True, metavar="NAME", help="whose they are")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        creator = User.objects.filter(username__iexact=options["creator"]).first()
        if creator is None:
            raise CommandError(f"there is no user {options['creator']}", returncode=2)
        try:
            done = import_history(creator=creator, files=options["files"], at=timezone.now())
        except NotAReport as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        months = ", ".join(str(period) for period in done.periods)
        self.stdout.write(f"{done.lines} lines imported, {done.known} were there: {months}")
