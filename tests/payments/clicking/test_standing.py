"""Standing clicks and their coming in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from accounts.models import User
from payments.budgets.planning import set_budget
from payments.clicking.beginning import CameIn, record_standing_clicks
from payments.clicking.recording import OwnThing, ThingUnavailable, record_click, take_back_click
from payments.clicking.standing import (
    AlreadyStanding,
    NoSuchStandingClick,
    end_standing_click,
    extend_standing_click,
    has_ended,
    last_day_of,
    pause_standing_click,
    restart_standing_click,
    start_standing_click,
    toggle_standing_click,
)
from payments.ledger.models import LedgerAccount
from payments.money import MICROS
from things.models import Click, StandingClick, Thing
from things.periods import Period

SEPTEMBER, OCTOBER, NOVEMBER = Period(2010, 9), Period(2010, 10), Period(2010, 11)
IN_SEPTEMBER = datetime(2010, 9, 9, 12, tzinfo=UTC)
FIRST = datetime(2010, 10, 1, 0, 3, tzinfo=UTC)
PayIn = Callable[..., LedgerAccount]


@pytest.fixture
def wallet(ada: User, pay_in: PayIn) -> LedgerAccount:
    """Ada has 10 euros and gives 5 a month."""
    set_budget(subscriber=ada, amount=5 * MICROS, currency="EUR", at=IN_SEPTEMBER)
    return pay_in(ada, 10)


@pytest.fixture
def standing(ada: User, song: Thing) -> StandingClick:
    """Ada's on the song, since September."""
    return start_standing_click(subscriber=ada, thing=song, at=IN_SEPTEMBER)


def periods() -> list[Period]:
    return list(Click.objects.order_by("period").values_list("period", flat=True))


class TestRecordStandingClicks:
    def test_clicks_once_in_each_period_from_the_next_one_on(
        self, standing: StandingClick, wallet: LedgerAccount
    ) -> None:
        results = [
            record_standing_clicks(period=period, at=at)
            for period, at in [
                (SEPTEMBER, IN_SEPTEMBER),
                (OCTOBER, FIRST),
                (OCTOBER, FIRST),
                (NOVEMBER, datetime(2010, 11, 1, tzinfo=UTC)),
            ]
        ]

        assert results == [CameIn(0, 0), CameIn(1, 0), CameIn(0, 0), CameIn(1, 0)]
        assert periods() == [OCTOBER, NOVEMBER]

    def test_does_not_bring_back_what_was_taken_back(
        self, ada: User, song: Thing, standing: StandingClick, wallet: LedgerAccount
    ) -> None:
        record_standing_clicks(period=OCTOBER, at=FIRST)
        take_back_click(subscriber=ada, thing=song, at=FIRST)

        assert record_standing_clicks(period=OCTOBER, at=FIRST) == CameIn(0, 0)
        assert periods() == []

    def test_waits_for_the_means(self, ada: User, standing: StandingClick, pay_in: PayIn) -> None:
        set_budget(subscriber=ada, amount=5 * MICROS, currency="EUR", at=IN_SEPTEMBER)
        before = record_standing_clicks(period=OCTOBER, at=FIRST)
        pay_in(ada, 10)
        after = record_standing_clicks(period=OCTOBER, at=FIRST)

        assert (before, after) == (CameIn(0, 1), CameIn(1, 0))

    def test_is_content_with_a_click_that_is_there(
        self, ada: User, ben: User, song: Thing, wallet: LedgerAccount
    ) -> None:
        other = Thing.objects.create(url="https://ben.example/other", owner=ben)
        record_click(subscriber=ada, thing=song, at=FIRST)
        start_standing_click(subscriber=ada, thing=other, at=IN_SEPTEMBER)
        start_standing_click(subscriber=ada, thing=song, at=IN_SEPTEMBER)

        assert record_standing_clicks(period=OCTOBER, at=FIRST) == CameIn(2, 0)
        assert periods() == [OCTOBER, OCTOBER]

    @pytest.mark.parametrize(
        ("until", "came_in"), [(date(2010, 9, 30), 0), (date(2010, 10, 1), 1), (None, 1)]
    )
    def test_ends_with_its_last_day(
        self, ada: User, song: Thing, wallet: LedgerAccount, until: date | None, came_in: int
    ) -> None:
        start_standing_click(subscriber=ada, thing=song, at=IN_SEPTEMBER, until=until)

        assert record_standing_clicks(period=OCTOBER, at=FIRST).recorded == came_in

    def test_passes_over_what_is_paused(
        self, ada: User, song: Thing, standing: StandingClick, wallet: LedgerAccount
    ) -> None:
        toggle_standing_click(subscriber=ada, thing_id=song.pk, at=IN_SEPTEMBER)
        assert record_standing_clicks(period=OCTOBER, at=FIRST) == CameIn(0, 0)

        again = toggle_standing_click(subscriber=ada, thing_id=song.pk, at=FIRST)

        assert (again.active, again.started_at) == (True, FIRST)
        assert record_standing_clicks(period=OCTOBER, at=FIRST) == CameIn(0, 0)
        assert record_standing_clicks(period=NOVEMBER, at=FIRST) == CameIn(1, 0)

    def test_costs_the_others_nothing_where_one_is_refused(
        self, ada: User, ben: User, song: Thing, standing: StandingClick, wallet: LedgerAccount
    ) -> None:
        other = Thing.objects.create(url="https://ben.example/other", owner=ben)
        start_standing_click(subscriber=ada, thing=other, at=IN_SEPTEMBER)
        Thing.objects.filter(pk=song.pk).update(state=Thing.State.WITHDRAWN)

        assert record_standing_clicks(period=OCTOBER, at=FIRST) == CameIn(1, 1)


class TestStartStandingClick:
    def test_refuses_a_second_one(self, ada: User, song: Thing, standing: StandingClick) -> None:
        with pytest.raises(AlreadyStanding):
            start_standing_click(subscriber=ada, thing=song, at=FIRST)

    def test_refuses_an_own_thing(self, ben: User, song: Thing) -> None:
        with pytest.raises(OwnThing):
            start_standing_click(subscriber=ben, thing=song, at=FIRST)

    def test_refuses_a_thing_that_nobody_owns(self, ada: User) -> None:
        thing = Thing.objects.create(url="https://nobody.example/")

        with pytest.raises(ThingUnavailable):
            start_standing_click(subscriber=ada, thing=thing, at=FIRST)


class TestLastDayOf:
    @pytest.mark.parametrize(
        ("term", "day"),
        [(3, date(2010, 12, 31)), (6, date(2011, 3, 31)), (12, date(2011, 9, 30))],
    )
    def test_counts_whole_months_from_the_next_on(self, term: int, day: date) -> None:
        assert last_day_of(term, after=SEPTEMBER) == day

    def test_lets_so_many_clicks_come_in(
        self, ada: User, song: Thing, wallet: LedgerAccount, pay_in: PayIn
    ) -> None:
        pay_in(ada, 100)
        until = last_day_of(3, after=SEPTEMBER)
        start_standing_click(subscriber=ada, thing=song, at=IN_SEPTEMBER, until=until)

        period = SEPTEMBER
        for _ in range(8):
            record_standing_clicks(period=period, at=period.starts_at)
            period = period.next

        assert periods() == [OCTOBER, NOVEMBER, Period(2010, 12)]


class TestPauseAndRestart:
    def test_rest_and_count_again_from_the_next_period_on(
        self, ada: User, song: Thing, standing: StandingClick, wallet: LedgerAccount
    ) -> None:
        for _twice in range(2):
            paused = pause_standing_click(subscriber=ada, thing_id=song.pk)
        assert not paused.active
        assert record_standing_clicks(period=OCTOBER, at=FIRST) == CameIn(0, 0)

        for _twice in range(2):
            restart_standing_click(subscriber=ada, thing_id=song.pk, at=FIRST)

        assert record_standing_clicks(period=OCTOBER, at=FIRST) == CameIn(0, 0)
        assert record_standing_clicks(period=NOVEMBER, at=FIRST) == CameIn(1, 0)

    def test_are_ones_own_alone(self, eve: User, standing: StandingClick) -> None:
        thing = standing.thing_id
        for deed in (
            lambda: pause_standing_click(subscriber=eve, thing_id=thing),
            lambda: restart_standing_click(subscriber=eve, thing_id=thing, at=FIRST),
            lambda: extend_standing_click(subscriber=eve, thing_id=thing, term=3, at=FIRST),
        ):
            with pytest.raises(NoSuchStandingClick):
                deed()


class TestExtendStandingClick:
    def until(self, ada: User, song: Thing, term: int | None, at: datetime) -> date | None:
        return extend_standing_click(subscriber=ada, thing_id=song.pk, term=term, at=at).until

    def test_adds_to_what_it_stands_already(
        self, ada: User, song: Thing, wallet: LedgerAccount
    ) -> None:
        start_standing_click(subscriber=ada, thing=song, at=IN_SEPTEMBER, until=date(2010, 12, 31))

        ends = [self.until(ada, song, term, IN_SEPTEMBER) for term in (3, 12, None, 6)]

        assert ends == [date(2011, 3, 31), date(2012, 3, 31), None, date(2011, 3, 31)]

    def test_begins_anew_with_the_next_period_where_it_is_over(
        self, ada: User, song: Thing, wallet: LedgerAccount
    ) -> None:
        standing = start_standing_click(
            subscriber=ada, thing=song, at=IN_SEPTEMBER, until=date(2010, 10, 31)
        )
        record_standing_clicks(period=OCTOBER, at=FIRST)
        in_january = datetime(2011, 1, 5, tzinfo=UTC)
        standing.refresh_from_db()
        assert has_ended(standing, at=in_january)

        assert self.until(ada, song, 3, in_january) == date(2011, 4, 30)

        january, february = Period(2011, 1), Period(2011, 2)
        assert record_standing_clicks(period=january, at=in_january) == CameIn(0, 0)
        assert record_standing_clicks(period=february, at=february.starts_at).recorded == 1

    def test_keeps_its_place_in_the_running_period_where_it_is_not(
        self, ada: User, song: Thing, pay_in: PayIn
    ) -> None:
        set_budget(subscriber=ada, amount=5 * MICROS, currency="EUR", at=IN_SEPTEMBER)
        start_standing_click(subscriber=ada, thing=song, at=IN_SEPTEMBER, until=date(2010, 10, 31))
        record_standing_clicks(period=OCTOBER, at=FIRST)
        self.until(ada, song, 3, FIRST)
        pay_in(ada, 10)

        assert record_standing_clicks(period=OCTOBER, at=FIRST).recorded == 1


class TestHasEnded:
    @pytest.mark.parametrize(
        ("until", "last_period", "ended"),
        [
            (None, SEPTEMBER, False),
            (date(2010, 10, 31), SEPTEMBER, False),
            (date(2010, 10, 31), OCTOBER, True),
            (date(2010, 11, 1), OCTOBER, False),
            (date(2010, 9, 30), SEPTEMBER, True),
        ],
    )
    def test_is_so_once_it_came_in_for_the_last_time(
        self, until: date | None, last_period: Period, ended: bool
    ) -> None:
        standing = StandingClick(until=until, last_period=last_period)

        assert has_ended(standing, at=FIRST) is ended


class TestEndStandingClick:
    def test_ends_ones_own_alone(self, ada: User, eve: User, standing: StandingClick) -> None:
        with pytest.raises(NoSuchStandingClick):
            end_standing_click(subscriber=eve, thing_id=standing.thing_id)

        end_standing_click(subscriber=ada, thing_id=standing.thing_id)

        assert not StandingClick.objects.exists()
