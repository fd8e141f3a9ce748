"""`manage.py restore FILE`: the way back from a backup."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from obole.backups.restoring import restore_backup
from obole.backups.servers import BackupRefused
from payments.management.presenting import PresentingCommand


class Command(PresentingCommand):
    """Presents `obole.backups.restoring`."""

    help = (
        "Bring a backup back beside the database, migrate and audit it there, and put it in its"
        " place. Stop web processes, workers and the clock first. A database that is not empty is"
        " replaced with --force alone, and kept under another name."
    )
    refusals = (BackupRefused, OSError)
    # The database may be away, empty or older than this program.
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        """Which file."""
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--force", action="store_true", help="put a database that is not empty aside"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Restore, and say where the former database is."""
        restored = restore_backup(
            file=options["file"],
            at=timezone.now(),
            force=options["force"],
            progress=lambda stage: None if self.for_machines else self.stdout.write(stage),
        )
        lines = [f"{options['file']} is in place: {restored.transfers} transfers, sound"]
        if restored.former:
            lines.append(f"what was there before is the database {restored.former}")
        self.answer(asdict(restored), lines)
