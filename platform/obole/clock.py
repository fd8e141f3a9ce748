"""Celery's clock, with a sign of life at each tick."""

from __future__ import annotations

from typing import Any

from celery.beat import PersistentScheduler

from obole.health.signs import show_life


class Clock(PersistentScheduler):
    """The stock clock; it ticks at least each half minute."""

    max_interval = 30

    def tick(self, *arguments: Any, **keywords: Any) -> float:
        """Send what is due. Returns the seconds until the next tick."""
        show_life("beat")
        return min(super().tick(*arguments, **keywords), self.max_interval)
