"""Which months wait for their end, and when the clock starts it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from celery import Celery
from django.conf import settings
from django.test import override_settings

from accounts.models import User
from payments.budgets.planning import set_budget
from payments.clicking.recording import record_click
from payments.ledger.models import LedgerAccount
from payments.money import MICROS
from payments.settlement.closing import close_period
from payments.settlement.due import due_periods
from payments.settlement.models import Settlement
from things.models import Thing
from things.partitions import make_partitions_ahead
from things.periods import Period

Settle = Callable[..., Settlement]
SEPTEMBER, OCTOBER = Period(2010, 9), Period(2010, 10)
IN_DECEMBER = datetime(2010, 12, 5, tzinfo=UTC)


@pytest.fixture
def clicked(ada: User, song: Thing, pay_in: Callable[..., LedgerAccount]) -> None:
    """Ada clicks in September and in October; tables for November are there too."""
    pay_in(ada, 20)
    for period in (SEPTEMBER, OCTOBER):
        at = period.starts_at + timedelta(days=3)
        set_budget(subscriber=ada, amount=5 * MICROS, currency="EUR", at=at)
        record_click(subscriber=ada, thing=song, at=at)
    make_partitions_ahead(SEPTEMBER, months=2)


class TestDuePeriods:
    def test_waits_for_half_an_hour_of_the_sites_time_zone(self, clicked: None) -> None:
        with override_settings(TIME_ZONE="Europe/Paris"):
            midnight = datetime(2010, 10, 1, tzinfo=ZoneInfo("Europe/Paris")).astimezone(UTC)

            early = due_periods(at=midnight + timedelta(minutes=29, seconds=59))
            due = due_periods(at=midnight + timedelta(minutes=30))

        assert (early, due) == ([], [SEPTEMBER])

    def test_has_each_month_that_was_missed(self, clicked: None) -> None:
        assert due_periods(at=IN_DECEMBER) == [SEPTEMBER, OCTOBER]

    def test_has_no_month_that_is_settled(self, clicked: None, settle: Settle) -> None:
        settle(SEPTEMBER)

        assert due_periods(at=IN_DECEMBER) == [OCTOBER]

    def test_has_a_month_that_was_left_half_way(self, clicked: None) -> None:
        close_period(period=SEPTEMBER, at=IN_DECEMBER, fee_basis_points=1000)

        assert due_periods(at=IN_DECEMBER) == [SEPTEMBER, OCTOBER]

    def test_asks_no_more_where_more_months_are_settled(
        self,
        clicked: None,
        settle: Settle,
        django_assert_num_queries: Callable[..., object],
    ) -> None:
        settle(SEPTEMBER)
        settle(OCTOBER)

        with django_assert_num_queries(3):  # November, which is not settled, is looked into
            assert due_periods(at=IN_DECEMBER) == []


class TestClock:
    """The times at which Celery's beat starts the month end."""

    @pytest.mark.parametrize(
        ("zone", "after", "expected"),
        [
            ("UTC", datetime(2010, 10, 1, tzinfo=UTC), datetime(2010, 10, 1, 0, 30, tzinfo=UTC)),
            # Winter time since the day before, and summer time since some days.
            (
                "Europe/Paris",
                datetime(2010, 10, 30, 12, tzinfo=UTC),
                datetime(2010, 10, 31, 23, 30, tzinfo=UTC),
            ),
            (
                "Europe/Paris",
                datetime(2011, 3, 2, tzinfo=UTC),
                datetime(2011, 3, 31, 22, 30, tzinfo=UTC),
            ),
            (
                "America/New_York",
                datetime(2010, 10, 30, tzinfo=UTC),
                datetime(2010, 11, 1, 4, 30, tzinfo=UTC),
            ),
            (
                "Asia/Kathmandu",
                datetime(2010, 9, 29, tzinfo=UTC),
                datetime(2010, 9, 30, 18, 45, tzinfo=UTC),
            ),
        ],
    )
    def test_starts_at_half_past_midnight_of_the_first(
        self, zone: str, after: datetime, expected: datetime
    ) -> None:
        schedule = copy.copy(settings.CELERY_BEAT_SCHEDULE["month end"]["schedule"])
        schedule.app = Celery(set_as_current=False)
        schedule.app.conf.timezone = zone
        schedule.nowfun = lambda: after

        is_due, seconds = schedule.is_due(after - timedelta(minutes=1))

        assert not is_due
        assert after + timedelta(seconds=seconds) == expected

    def test_is_that_of_the_site(self) -> None:
        assert settings.CELERY_TIMEZONE == settings.TIME_ZONE

    def test_catches_up_every_ten_minutes(self) -> None:
        catching_up = settings.CELERY_BEAT_SCHEDULE["month end, caught up"]

        assert catching_up["task"] == settings.CELERY_BEAT_SCHEDULE["month end"]["task"]
        assert catching_up["schedule"].minute == set(range(0, 60, 10))
