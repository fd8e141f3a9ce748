"""Judges `clicks.csv`, of which there may be many millions: no click is kept in memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cached_property
from operator import eq

from payments.clicking.importing.budget_lines import BudgetLines
from payments.clicking.importing.records import CsvFile, copy_line
from payments.clicking.importing.thing_lines import ThingLines
from things.periods import NotAPeriod, Period

COLUMNS = ("clicked_at", "subscriber", "url")

# What Python and PostgreSQL both read, and read alike.
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-](?:0\d|1[0-4]):?[0-5]\d)?",
    re.ASCII,
)
_LIKE = "write it like 2010-09-01T12:00:00+00:00"


class ClickLines:
    """The clicks of a folder. `period` is theirs, known after the first if it was not given."""

    def __init__(
        self, file: CsvFile, things: ThingLines, budgets: BudgetLines, *, period: Period | None
    ) -> None:
        self.file = file
        self.period: Period | None = None
        self._things = things
        self._budgets = budgets
        self._is_given = period is not None
        self._first_lines: dict[Period, int] = {}
        # Without a period nothing is inside: comparing with None raises TypeError.
        self._starts_at: datetime | None = None
        self._ends_at: datetime | None = None
        if period is not None:
            self._begin(period)

    def blocks(self) -> Iterator[str]:
        """For COPY: the subscriber's line, the thing's line, time and line of each right click."""
        for first, rows in self.file.blocks():
            yield self._at_once(first, rows) or "".join(self._one_by_one(first, rows))
        self._finish()

    @cached_property
    def _givers(self) -> dict[str, str]:
        return {name: str(line) for name, line in self._budgets.known.items()}

    @cached_property
    def _clicked(self) -> dict[str, tuple[str, str]]:
        return {url: (str(line), creator) for url, (line, creator) in self._things.known.items()}

    def _at_once(self, first: int, rows: list[list[str]]) -> str:
        """The lines of a whole block, column by column; empty if anything in it is odd.

        Twice as fast as line by line, and almost every block passes.
        """
        try:
            written, subscribers, urls = zip(*rows, strict=True)
            givers = [*map(self._givers.__getitem__, subscribers)]
            things, creators = zip(*map(self._clicked.__getitem__, urls), strict=True)
            moments = [*map(datetime.fromisoformat, written)]
            # Naive times, and a period that is not known yet, cannot be compared: TypeError.
            inside = self._starts_at <= min(moments) and max(moments) < self._ends_at  # type: ignore[operator]
        except (KeyError, TypeError, ValueError):
            return ""
        own = any(map(eq, creators, subscribers))
        if own or not inside or not all(map(_MOMENT.fullmatch, written)):
            return ""
        lines = map(str, range(first, first + len(rows)))
        return "\n".join(map("\t".join, zip(givers, things, written, lines, strict=True))) + "\n"

    def _one_by_one(self, first: int, rows: list[list[str]]) -> Iterator[str]:
        for line, fields in enumerate(rows, first):
            if self._is_right(line, fields):
                written, subscriber, url = fields
                yield copy_line(self._givers[subscriber], self._clicked[url][0], written, line)

    def _is_right(self, line: int, fields: list[str]) -> bool:
        """Count what is wrong with a click. The first one tells the period."""
        if not self.file.check(line, fields):
            return False
        written, subscriber, url = fields
        wrong = [*self._wrong_parties(subscriber, url), *self._wrong_moment(line, written)]
        is_known = subscriber in self._givers and url in self._clicked
        return self.file.faultless(line, wrong) and is_known and len(self._first_lines) < 2

    def _wrong_parties(self, subscriber: str, url: str) -> Iterator[str]:
        if self._budgets.file.is_readable and subscriber not in self._budgets.known:
            yield f"the subscriber “{subscriber}” has no budget in {self._budgets.file.name}"
        if self._things.file.is_readable and url not in self._things.known:
            yield f"the thing “{url}” is not in {self._things.file.name}"
        if subscriber and self._clicked.get(url, ("", ""))[1] == subscriber:
            yield f"“{subscriber}” clicks an own thing, “{url}”"

    def _wrong_moment(self, line: int, written: str) -> Iterator[str]:
        try:
            moment = datetime.fromisoformat(written) if _MOMENT.fullmatch(written) else None
        except ValueError:
            moment = None
        if moment is None:
            yield f"“{written}” is not a time: {_LIKE}"
        elif moment.tzinfo is None:
            yield f"“{written}” has no time zone: {_LIKE}"
        else:
            yield from self._wrong_period(line, written, moment)

    def _wrong_period(self, line: int, written: str, moment: datetime) -> Iterator[str]:
        try:
            period = Period.of(moment)
        except (NotAPeriod, OverflowError):
            yield f"“{written}” is in no month of the calendar"
            return
        if self.period is None:
            self._begin(period)
        if self._is_given and period != self.period:
            yield f"“{written}” is outside {self.period}"
        self._first_lines.setdefault(period, line)

    def _begin(self, period: Period) -> None:
        self.period = period
        self._starts_at, self._ends_at = _in_utc(period.starts_at), _in_utc(period.ends_at)

    def _finish(self) -> None:
        if not self.file.is_readable or self._is_given:
            return
        if self.period is None:
            self.file.fault(None, "no click tells the period: name it with --period")
        if len(self._first_lines) > 1:
            months = ", ".join(
                f"{month} (line {line})" for month, line in self._first_lines.items()
            )
            self.file.fault(None, f"the clicks are of several months, a folder is one: {months}")


def _in_utc(moment: datetime) -> datetime:
    """The same moment where comparing is fastest; but there is no UTC before the year 1."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return moment
