"""Calendar months in the site's time zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from things.periods import NotAPeriod, Period


class TestPeriod:
    @pytest.mark.parametrize(
        "text",
        ["", "2010", "2010-13", "2010-00", "2010-9", "10-09", "2010-09-01", "2010-09\n", "२०१०-०९"],
    )
    def test_refuses_what_names_no_month(self, text: str) -> None:
        with pytest.raises(NotAPeriod):
            Period.parse(text)

    @given(st.integers(1, 9998), st.integers(1, 12))
    def test_is_read_as_it_is_written(self, year: int, month: int) -> None:
        period = Period(year, month)

        assert Period.parse(str(period)) == period

    def test_ends_also_in_the_last_year(self) -> None:
        last = Period.parse("9998-12")

        assert last.ends_at.year == 9999
        with pytest.raises(NotAPeriod, match="9999-01"):
            Period.parse("9999-01")

    def test_is_half_open(self) -> None:
        period = Period(2012, 2)

        assert period.starts_at in period
        assert period.ends_at - timedelta(microseconds=1) in period
        assert period.ends_at not in period

    def test_follows_december_with_january(self) -> None:
        assert Period(2010, 12).next == Period(2011, 1)
        assert Period(2011, 1).previous == Period(2010, 12)

    def test_is_that_of_the_sites_time_zone(self) -> None:
        moment = datetime(2010, 9, 30, 23, 30, tzinfo=UTC)

        with override_settings(TIME_ZONE="Europe/Paris"):
            here = Period.of(moment)
            starts_at = Period(2010, 10).starts_at.astimezone(UTC)

        assert here == Period(2010, 10)
        assert starts_at == datetime(2010, 9, 30, 22, tzinfo=UTC)
        assert Period.of(moment) == Period(2010, 9)

    @pytest.mark.parametrize(
        ("zone", "period"),
        [
            ("Europe/Paris", Period(2010, 11)),  # clocks go back on the last day of October
            ("Africa/Cairo", Period(2010, 10)),
            ("America/Havana", Period(2015, 11)),  # the first hour of the month comes twice
            ("America/St_Johns", Period(2009, 11)),  # from a minute past midnight back to October
            ("America/Asuncion", Period(2017, 10)),  # there is no midnight
            ("Pacific/Apia", Period(2012, 1)),  # there was no 30 December
            ("Asia/Kathmandu", Period(1986, 1)),
        ],
    )
    def test_divides_time_without_gap_or_overlap(self, zone: str, period: Period) -> None:
        with override_settings(TIME_ZONE=zone):
            begins = period.starts_at.astimezone(UTC)
            around = [begins + timedelta(minutes=n) for n in range(-180, 180)]

            for moment in around:
                expected = period if moment >= begins else period.previous
                assert Period.of(moment) == expected
                assert (moment in period, moment in period.previous) == (
                    expected == period,
                    expected == period.previous,
                )
                assert period.previous.is_over(at=moment) == (moment >= begins)
