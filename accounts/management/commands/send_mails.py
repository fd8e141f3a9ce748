"""`manage.py send_mails`: send what is due, without a worker."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.mail.sending import send_due


class Command(BaseCommand):
    """Presents `accounts.mail.sending.send_due`."""

    help = "Send the mails that wait in the outbox. Workers and Celery's clock do it by themselves."

    def handle(self, *_: Any, **_options: Any) -> None:
        """Send until nothing is due."""
        sent = 0
        while taken := send_due(at=timezone.now()):
            sent += taken
        self.stdout.write(f"{sent} mails taken from the outbox")
