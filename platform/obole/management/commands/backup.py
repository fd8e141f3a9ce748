"""`manage.py backup FOLDER`: a backup of the database that was tried."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from obole.backups.keeping import drop_superfluous
from obole.backups.making import Backup, make_backup
from obole.backups.servers import BackupRefused
from payments.management.presenting import PresentingCommand, found_wrong


class Command(PresentingCommand):
    """Presents `obole.backups`."""

    help = (
        "Dump the database into a new file of a folder, bring it back into a database of its own,"
        " audit it there, and delete backups that are too old. Ends 1 where the books of the copy"
        " are not sound (the file is kept), and 2 where no backup could be made."
    )
    refusals = (BackupRefused, OSError)

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to, and how long it is kept."""
        super().add_arguments(parser)
        parser.add_argument("folder", type=Path, metavar="FOLDER")
        parser.add_argument(
            "--days", type=int, default=14, metavar="N", help="keep those of the last N days (14)"
        )
        parser.add_argument(
            "--months",
            type=int,
            default=12,
            metavar="N",
            help="keep the first of each of the last N months (12)",
        )
        parser.add_argument(
            "--untried", action="store_true", help="do not bring it back to see whether it is good"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Make one, say so, and drop the old ones."""
        at = timezone.now()
        backup = make_backup(
            folder=options["folder"],
            at=at,
            tried=not options["untried"],
            progress=self.say_stage,
        )
        dropped = drop_superfluous(
            folder=options["folder"], at=at, days=options["days"], months=options["months"]
        )
        self.answer(
            {
                "file": str(backup.file),
                "dropped": [str(file) for file in dropped],
                **asdict(backup.manifest),
            },
            [_sentence(backup), *(f"dropped {file.name}" for file in dropped)],
        )
        if backup.manifest.sound is False:
            raise found_wrong("the backup is whole, but its books are not sound: see `audit`")

    def say_stage(self, stage: str) -> None:
        """A line for each, but for machines."""
        if not self.for_machines:
            self.stdout.write(stage)


def _sentence(backup: Backup) -> str:
    manifest = backup.manifest
    tried = "not tried" if manifest.sound is None else f"{manifest.transfers} transfers, tried"
    return f"{backup.file}: {manifest.bytes} bytes, {tried}"
