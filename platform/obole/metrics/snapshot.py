"""The figures that are counted now and then, by the clock, and shown as often as one asks.

A scrape costs no query: what it shows is at most EVERY seconds old, and says when it was counted.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from obole.metrics.families import Family
from obole.metrics.figures import all_figures

KEY = "metrics:snapshot"
EVERY = 300
KEPT = 86_400


@dataclass(frozen=True)
class Snapshot:
    """Figures, and when they were counted."""

    at: datetime
    families: tuple[Family, ...]

    def value(self, name: str, *words: str) -> float | None:
        """The value of one sample; None where there is none."""
        for family in self.families:
            for *labels, value in family.samples if family.name == name else ():
                if tuple(labels) == words:
                    return float(value)
        return None


def take_snapshot() -> Snapshot:
    """Count everything anew, all of it at one moment, and keep it."""
    with transaction.atomic():
        snapshot = Snapshot(timezone.now(), tuple(all_figures()))
    document = [snapshot.at.timestamp(), [asdict(family) for family in snapshot.families]]
    cache.set(KEY, document, timeout=KEPT)
    return snapshot


def last_snapshot() -> Snapshot | None:
    """What was counted last; None where nothing was for a day, or the cache was emptied."""
    document = cache.get(KEY)
    if document is None:
        return None
    moment, families = document
    return Snapshot(
        datetime.fromtimestamp(moment, UTC), tuple(Family(**family) for family in families)
    )
