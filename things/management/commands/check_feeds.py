"""manage.py check_feeds: read the feeds that are due, as the clock does every five minutes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from things.feeds.checking import check_feed
from things.feeds.models import Feed


class Command(BaseCommand):
    """Reads one after the other, in this process."""

    help = "Read the creators' feeds that are due, and register their new entries."

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        now = timezone.now()
        for feed in Feed.objects.due(at=now).select_related("owner").iterator():
            taken = check_feed(feed, at=now)
            said = f"{taken.registered} new, {taken.moved} moved"
            self.stdout.write(f"{feed.url}: {feed.refusal or said}")
