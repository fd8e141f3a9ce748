"""Periodic work of this app."""

from celery import shared_task
from django.utils import timezone

from things.aliases.merging import move_latecomers
from things.partitions import make_partitions_ahead
from things.periods import Period
from things.popularity import count_popularity

MONTHS_AHEAD = 2


@shared_task(name="things.make_click_tables")
def make_click_tables() -> int:
    """Make the tables for the clicks of this month and the next ones, where they are missing."""
    return make_partitions_ahead(Period.of(timezone.now()), months=MONTHS_AHEAD)


@shared_task(name="things.move_latecomers")
def move_latecomers_of_merged_things() -> int:
    """Move the clicks that came in while their thing was being merged into another."""
    return move_latecomers(at=timezone.now())


@shared_task(name="things.count_popularity")
def count_popularity_of_things() -> int:
    """Count how popular things are now."""
    return count_popularity(at=timezone.now())
