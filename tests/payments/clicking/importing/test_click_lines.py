"""What a line of `clicks.csv` can be refused for, and which period the clicks tell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from things.periods import Period

LIKE = "write it like 2010-09-01T12:00:00+00:00"

pytestmark = pytest.mark.django_db

# What is replaced, by what, and what is wrong then with line 4.
WRONG = {
    "an unknown subscriber": (
        b"Z,ada",
        b"Z,adam",
        "the subscriber “adam” has no budget in budgets.csv",
    ),
    "an unknown thing": (
        b"ada,https://cem.example/text",
        b"ada,https://cem.example/poem",
        "the thing “https://cem.example/poem” is not in things.csv",
    ),
    "an own thing": (
        b"ada,https://cem.example/text",
        b"ben,https://ben.example/song",
        "“ben” clicks an own thing, “https://ben.example/song”",
    ),
    "no time": (b"2010-09-03T08:00Z", b"", f"“” is not a time: {LIKE}"),
    "a day without a time": (
        b"2010-09-03T08:00Z",
        b"2010-09-03",
        f"“2010-09-03” is not a time: {LIKE}",
    ),
    "no such day": (
        b"2010-09-03T08:00Z",
        b"2010-09-31T08:00Z",
        f"“2010-09-31T08:00Z” is not a time: {LIKE}",
    ),
    "a time in words": (b"2010-09-03T08:00Z", b"yesterday", f"“yesterday” is not a time: {LIKE}"),
    "a day of a week": (
        b"2010-09-03T08:00Z",
        b"2010-W36-5T08:00Z",
        f"“2010-W36-5T08:00Z” is not a time: {LIKE}",
    ),
    "an offset that no zone has": (
        b"2010-09-03T08:00Z",
        b"2010-09-03T08:00+23:00",
        f"“2010-09-03T08:00+23:00” is not a time: {LIKE}",
    ),
    "no zone": (
        b"2010-09-03T08:00Z",
        b"2010-09-03T08:00",
        f"“2010-09-03T08:00” has no time zone: {LIKE}",
    ),
    "before the calendar": (
        b"2010-09-03T08:00Z",
        b"0001-01-01T00:00+01:00",
        "“0001-01-01T00:00+01:00” is in no month of the calendar",
    ),
    "after the calendar": (
        b"2010-09-03T08:00Z",
        b"9999-12-31T23:59Z",
        "“9999-12-31T23:59Z” is in no month of the calendar",
    ),
}


class TestClickLines:
    # Given a period, the first lines too are judged many at once.
    @pytest.mark.parametrize("period", [None, Period(2010, 9)])
    @pytest.mark.parametrize(("old", "new", "message"), WRONG.values(), ids=WRONG)
    def test_names_what_is_wrong(
        self,
        period: Period | None,
        month: Path,
        spoil: Callable[..., None],
        refusal: Callable[..., str],
        old: bytes,
        new: bytes,
        message: str,
    ) -> None:
        spoil("clicks.csv", old, new)

        lines = refusal(month, period).splitlines()

        assert [line for line in lines if line.startswith("clicks.csv")] == [
            f"clicks.csv:4: {message}"
        ]

    def test_names_clicks_outside_the_period_that_was_given(
        self, refusal: Callable[..., str], month: Path
    ) -> None:
        assert refusal(month, Period(2010, 8)).splitlines() == [
            "clicks.csv:2: “2010-09-01T08:00:00+00:00” is outside 2010-08",
            "clicks.csv:3: “2010-09-02T08:00:00+02:00” is outside 2010-08",
            "clicks.csv:4: “2010-09-03T08:00Z” is outside 2010-08",
            "clicks.csv:5: “2010-09-04 08:00:00.5+00:00” is outside 2010-08",
        ]

    @pytest.mark.parametrize(
        "moment",
        ["2010-08-31T23:59:59.999999+00:00", "2010-10-01T00:00:00+00:00", "2010-09-01T00:30+01:00"],
    )
    def test_draws_the_line_at_the_moment(
        self, refusal: Callable[..., str], month: Path, spoil: Callable[..., None], moment: str
    ) -> None:
        spoil("clicks.csv", b"2010-09-03T08:00Z", moment.encode())

        assert refusal(month, Period(2010, 9)) == f"clicks.csv:4: “{moment}” is outside 2010-09"

    def test_says_that_no_click_tells_the_period(
        self, month: Path, spoil: Callable[..., None], refusal: Callable[..., str]
    ) -> None:
        spoil("clicks.csv", b"", b"clicked_at,subscriber,url\n")

        assert refusal(month) == "clicks.csv: no click tells the period: name it with --period"

    def test_says_where_each_month_begins(
        self, month: Path, spoil: Callable[..., None], refusal: Callable[..., str]
    ) -> None:
        spoil("clicks.csv", b"2010-09-03T08:00Z", b"2010-10-03T08:00Z")

        assert refusal(month) == (
            "clicks.csv: the clicks are of several months, a folder is one:"
            " 2010-09 (line 2), 2010-10 (line 4)"
        )
