"""Calendar months in the site's time zone, written `2010-09`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, date, datetime
from functools import cached_property

from django.utils import timezone

_WRITTEN = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


class NotAPeriod(ValueError):
    """What was given does not name a month as `YYYY-MM`."""

    def __init__(self, text: object) -> None:
        super().__init__(f"“{text}” is not a period: write a year and a month, like 2010-09")


@dataclass(frozen=True, order=True)
class Period:
    """One calendar month, from year 1 to 9998; half open: `starts_at <= t < ends_at`.

    The bounds are moments in the site's time zone (`settings.TIME_ZONE`), so that a click
    belongs to the same period wherever its subscriber is.
    """

    year: int
    month: int

    def __post_init__(self) -> None:
        # The last year is only there to be the end of what comes before it.
        if not (1 <= self.year <= MAXYEAR and 1 <= self.month <= 12):
            raise NotAPeriod(str(self))

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read `YYYY-MM`. Raises NotAPeriod if it is written otherwise or is no month."""
        match = _WRITTEN.fullmatch(text)
        if match is None or match[1] == str(MAXYEAR):
            raise NotAPeriod(text)
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, moment: datetime) -> Period:
        """The period that an aware moment falls into.

        That of the local date; but where clocks are put back over the midnight between two
        months, the later period has begun with the first of the two midnights, and goes on.
        Raises NotAPeriod in the year 9999.
        """
        local = timezone.localtime(moment, timezone.get_default_timezone())
        if local.year == MAXYEAR:
            raise NotAPeriod(f"{local:%Y-%m}")
        period = cls(local.year, local.month)
        # In UTC: Python compares two times of one zone by what the clock showed.
        began_before = local.fold and moment.astimezone(UTC) >= period.ends_at
        return period.next if began_before else period

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    @property
    def first_day(self) -> date:
        """The first of the month: how the period is stored."""
        return date(self.year, self.month, 1)

    @cached_property
    def starts_at(self) -> datetime:
        """The first moment of the period."""
        return datetime(self.year, self.month, 1, tzinfo=timezone.get_default_timezone())

    @cached_property
    def ends_at(self) -> datetime:
        """The first moment after the period."""
        return self.next.starts_at

    @property
    def next(self) -> Period:
        """The month after this one."""
        return self._shifted(1)

    @property
    def previous(self) -> Period:
        """The month before this one."""
        return self._shifted(-1)

    def is_over(self, *, at: datetime) -> bool:
        """Whether the period has ended at a moment."""
        return Period.of(at) > self

    def __contains__(self, moment: datetime) -> bool:
        return Period.of(moment) == self

    def _shifted(self, months: int) -> Period:
        year, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Period(year, month + 1)
