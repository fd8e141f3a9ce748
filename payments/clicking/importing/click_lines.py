"""Judges `clicks.csv`, of which there may be many millions: no click is kept in memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from payments.clicking.importing.budget_lines import BudgetLines
from payments.clicking.importing.records import CsvFile
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

    def lines(self) -> Iterator[str]:
        """For COPY: the subscriber's line, the thing's line, time and line of each right click."""
        givers, things = self._budgets.known, self._things.known
        read, matches = datetime.fromisoformat, _MOMENT.fullmatch
        for line, fields in self.file.records():
            # As short as it can be: it is run for every click. Anything odd is judged below.
            try:
                written, subscriber, url = fields
                giver = givers[subscriber]
                thing, creator = things[url]
                moment = read(written) if matches(written) else None
                inside = self._starts_at <= moment < self._ends_at  # type: ignore[operator]
            except (KeyError, TypeError, ValueError):
                inside = False
            if (inside and creator != subscriber) or self._begins(line, fields):
                yield f"{giver}\t{thing}\t{written}\t{line}\n"
        self._finish()

    def _begins(self, line: int, fields: list[str]) -> bool:
        """Count what is wrong. True if nothing is, and this click is what tells the period."""
        had_period = self.period is not None
        if not self.file.check(line, fields):
            return False
        written, subscriber, url = fields
        wrongs = [*self._wrong_parties(subscriber, url), *self._wrong_moment(line, written)]
        is_known = subscriber in self._budgets.known and url in self._things.known
        return self.file.faultless(line, wrongs) and is_known and not had_period

    def _wrong_parties(self, subscriber: str, url: str) -> Iterator[str]:
        if self._budgets.file.is_readable and subscriber not in self._budgets.known:
            yield f"the subscriber “{subscriber}” has no budget in {self._budgets.file.name}"
        if self._things.file.is_readable and url not in self._things.known:
            yield f"the thing “{url}” is not in {self._things.file.name}"
        if self._things.known.get(url, (0, ""))[1] == subscriber != "":
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
