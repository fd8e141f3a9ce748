"""`manage.py import_statement FILE`: take in what the bank says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from payments.deposits.bank.files import FileRefused, read_file
from payments.management.presenting import PresentingCommand


class Command(PresentingCommand):
    """Presents `payments.deposits.bank.files.read_file`."""

    help = (
        "Read a statement of the site's bank account (camt.053, camt.054) or the bank's answer to a"
        " file of payouts (pain.002). All of it or nothing; the same file again changes nothing."
    )
    refusals = (FileRefused, OSError)

    def add_arguments(self, parser: CommandParser) -> None:
        """The file."""
        super().add_arguments(parser)
        parser.add_argument("file", metavar="FILE", type=Path, help="the file as the bank gave it")

    def handle(self, *_: Any, **options: Any) -> None:
        """Read it, and say what became of it."""
        said = read_file(options["file"].read_bytes(), at=timezone.now())
        self.answer({"kind": said.kind, **said.counts}, list(said.lines()))
