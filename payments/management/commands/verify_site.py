"""manage.py verify_site HOST USERNAME: take a site as proven to be a creator's."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from payments.clicking.claiming import claim_site
from things.addresses import NotAWebAddress
from things.sites.owning import SiteTaken, ask_for_site


class Command(BaseCommand):
    """For an operator who has seen the proof; exit code 2 where it cannot be."""

    help = "Take a site as proven to be a creator's: clicks that waited for it count."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("host", help="such as blog.example")
        parser.add_argument("username", help="whose it is")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        now = timezone.now()
        creator = User.objects.filter(username__iexact=options["username"]).first()
        if creator is None:
            raise CommandError(f"there is no user {options['username']}", returncode=2)
        try:
            site = ask_for_site(creator=creator, address=options["host"], at=now)
            claimed = claim_site(site, at=now)
        except (NotAWebAddress, SiteTaken) as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        self.stdout.write(
            f"{site.host} is {creator.username}'s: {claimed.things} things,"
            f" {claimed.counted} clicks count, {claimed.still_waiting} wait"
        )
