"""`manage.py remove_factors USER REASON`: for a host with one operator."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import User
from accounts.security.lost_factors import (
    AlreadyAsked,
    CannotRemoveFactors,
    ask_to_remove_factors,
    remove_factors,
)


class Command(BaseCommand):
    """Presents `accounts.security.lost_factors`."""

    help = (
        "Remove all second factors of somebody who lost them. In the admin this takes two of the"
        " staff; whoever can run commands here could do anything anyway."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose, and why."""
        parser.add_argument("user", help="the user name")
        parser.add_argument("reason", help="why, for the record")

    def handle(self, *_: Any, **options: Any) -> None:
        """Ask and do it at once."""
        user = User.objects.filter(username=options["user"].lower()).first()
        if user is None:
            raise CommandError(f"there is nobody called {options['user']}", returncode=2)
        now = timezone.now()
        try:
            try:
                ask_to_remove_factors(user=user, by=None, reason=options["reason"], at=now)
            except AlreadyAsked:
                self.stdout.write("It was asked for before.")
            remove_factors(user=user, by=None, at=now)
        except CannotRemoveFactors as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        self.stdout.write(f"{user.username} signs in with the password alone now, and was told so.")
