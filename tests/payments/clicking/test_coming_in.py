"""Standing clicks at the beginning of a period: before everything else, as far as means go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from at_once import at_once
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from accounts.mail.models import Mail
from accounts.models import User
from accounts.visibility import Visibility
from payments.budgets.holding import NoMeans
from payments.budgets.models import Budget
from payments.budgets.planning import pause_budget, set_budget, stop_budget
from payments.clicking import beginning
from payments.clicking.beginning import CameIn, record_standing_clicks, task_ranges
from payments.clicking.coming_in import let_in
from payments.clicking.models import SkippedPeriod
from payments.clicking.recording import Outcome, record_click, take_back_click
from payments.clicking.standing import pause_standing_click, start_standing_click
from payments.clicking.tasks import record_some_standing_clicks, record_standing_clicks_of_month
from payments.ledger.models import LedgerAccount
from payments.money import MICROS
from payments.settlement.audit import audit_ledger
from payments.settlement.running import settle_period
from things.counting import count_of
from things.models import Click, StandingClick, Thing
from things.partitions import ensure_partition, seal_partition
from things.periods import Period

SEPTEMBER, OCTOBER = Period(2010, 9), Period(2010, 10)
IN_SEPTEMBER = datetime(2010, 9, 9, 12, tzinfo=UTC)
FIRST = datetime(2010, 10, 1, 0, 3, tzinfo=UTC)
LATER = datetime(2010, 10, 20, tzinfo=UTC)
PayIn = Callable[..., LedgerAccount]


@pytest.fixture
def things(ben: User) -> list[Thing]:
    """Three of Ben's."""
    return [Thing.objects.create(url=f"https://ben.example/{n}", owner=ben) for n in range(3)]


@pytest.fixture
def standing(ada: User, things: list[Thing]) -> None:
    """Ada gives to the first two each month, 5 a month."""
    set_budget(subscriber=ada, amount=5 * MICROS, currency="EUR", at=IN_SEPTEMBER)
    for thing in things[:2]:
        start_standing_click(
            subscriber=ada, thing=thing, at=IN_SEPTEMBER, visibility=Visibility.CREATOR
        )


def clicks(user: User) -> int:
    return Click.objects.in_period(OCTOBER).filter(subscriber=user).count()


def held(user: User) -> int:
    return sum(wallet.held for wallet in LedgerAccount.objects.filter(owner=user)) // MICROS


def faults() -> list[str]:
    return [finding.check.name for finding in audit_ledger() if finding.count]


class TestFirstClick:
    def test_brings_what_stands_in_with_it(
        self, ada: User, things: list[Thing], standing: None, pay_in: PayIn
    ) -> None:
        pay_in(ada, 5)

        record_click(subscriber=ada, thing=things[2], at=FIRST)

        assert (clicks(ada), held(ada)) == (3, 5)
        assert record_standing_clicks(period=OCTOBER, at=LATER) == CameIn(0, 0)

    def test_counts_as_said_where_it_stands_itself(
        self, ada: User, things: list[Thing], standing: None, pay_in: PayIn
    ) -> None:
        pay_in(ada, 5)

        recorded = record_click(
            subscriber=ada, thing=things[0], at=FIRST, visibility=Visibility.ANONYMOUS
        )

        shown = dict(Click.objects.values_list("thing_id", "visibility"))
        assert recorded.outcome is Outcome.COUNTED
        assert shown == {
            things[0].pk: Visibility.ANONYMOUS,
            things[1].pk: Visibility.CREATOR,
        }

    def test_brings_nothing_back_that_was_taken_back(
        self, ada: User, things: list[Thing], standing: None, pay_in: PayIn
    ) -> None:
        pay_in(ada, 5)
        record_standing_clicks(period=OCTOBER, at=FIRST)
        for thing in things[:2]:
            take_back_click(subscriber=ada, thing=thing, at=FIRST)

        record_click(subscriber=ada, thing=things[2], at=LATER)

        assert clicks(ada) == 1

    def test_asks_once_more_than_the_second(
        self, ada: User, ben: User, things: list[Thing], standing: None, pay_in: PayIn
    ) -> None:
        pay_in(ada, 5)
        counts = []
        other = Thing.objects.create(url="https://ben.example/x", owner=ben)
        for thing, at in ((things[2], FIRST), (other, LATER)):
            with CaptureQueriesContext(connection) as queries:
                record_click(subscriber=ada, thing=thing, at=at)
            counts.append(sum("standingclick" in query["sql"] for query in queries))

        assert counts == [1, 0]


class TestRecordStandingClicks:
    def test_all_come_in_or_none_of_a_subscriber(
        self,
        ada: User,
        eve: User,
        things: list[Thing],
        standing: None,
        pay_in: PayIn,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        set_budget(subscriber=eve, amount=5 * MICROS, currency="EUR", at=IN_SEPTEMBER)
        start_standing_click(subscriber=eve, thing=things[0], at=IN_SEPTEMBER)
        pay_in(ada, 5), pay_in(eve, 5)
        broken = ada.pk

        def breaks(*, subscriber: User, **more: Any) -> int:
            came_in = let_in(subscriber=subscriber, **more)
            if subscriber.pk == broken:
                raise DatabaseError("the server went away")
            return came_in

        def in_transaction(**more: Any) -> int:
            from django.db import transaction

            with transaction.atomic():
                return breaks(**more)

        monkeypatch.setattr(beginning, "let_in", in_transaction)
        first = record_standing_clicks(period=OCTOBER, at=FIRST)
        assert (first, clicks(ada), clicks(eve), held(ada)) == (CameIn(1, 2), 0, 1, 0)
        monkeypatch.undo()

        assert record_standing_clicks(period=OCTOBER, at=LATER) == CameIn(2, 0)
        assert (clicks(ada), clicks(eve)) == (2, 1)

    def test_comes_in_late_where_the_clock_missed_the_first_day(
        self, ada: User, standing: None, pay_in: PayIn
    ) -> None:
        pay_in(ada, 5)

        assert record_standing_clicks(period=OCTOBER, at=LATER) == CameIn(2, 0)
        assert set(Click.objects.values_list("clicked_at", flat=True)) == {LATER}

    def test_tells_once_a_period_that_there_are_no_means(
        self, ada: User, standing: None, pay_in: PayIn
    ) -> None:
        User.objects.filter(pk=ada.pk).update(email="ada@ada.example")
        runs = [record_standing_clicks(period=OCTOBER, at=at) for at in (FIRST, LATER)]

        assert runs == [CameIn(0, 2), CameIn(0, 2)]
        assert SkippedPeriod.objects.get().number == 2
        (mail,) = Mail.objects.all()
        assert (mail.kind, mail.context["number"], mail.context["has_budget"]) == (
            "clicks_skipped",
            2,
            True,
        )
        pay_in(ada, 5)
        assert record_standing_clicks(period=OCTOBER, at=LATER) == CameIn(2, 0)
        assert (Mail.objects.count(), held(ada)) == (1, 5)

    def test_tells_who_has_no_budget(self, eve: User, things: list[Thing]) -> None:
        User.objects.filter(pk=eve.pk).update(email="eve@eve.example")
        start_standing_click(subscriber=eve, thing=things[0], at=IN_SEPTEMBER)

        record_standing_clicks(period=OCTOBER, at=FIRST)

        assert Mail.objects.get().context["has_budget"] is False

    @pytest.mark.parametrize("deed", [pause_budget, stop_budget])
    def test_tells_nobody_who_wants_to_give_nothing(
        self, ada: User, standing: None, pay_in: PayIn, deed: Callable[..., Any]
    ) -> None:
        pay_in(ada, 5)
        deed(subscriber=ada, at=IN_SEPTEMBER)

        assert record_standing_clicks(period=OCTOBER, at=FIRST) == CameIn(0, 2)
        assert not SkippedPeriod.objects.exists()
        assert held(ada) == 0

    @pytest.mark.parametrize("whose", ["ada", "ben"])
    def test_passes_over_the_suspended(
        self, ada: User, standing: None, pay_in: PayIn, whose: str
    ) -> None:
        pay_in(ada, 5)
        User.objects.filter(username=whose).update(suspended=True)

        assert record_standing_clicks(period=OCTOBER, at=FIRST) == CameIn(0, 2)

    def test_waits_for_a_thing_that_comes_back(
        self, ada: User, things: list[Thing], standing: None, pay_in: PayIn
    ) -> None:
        pay_in(ada, 5)
        Thing.objects.filter(pk=things[0].pk).update(state=Thing.State.WITHDRAWN)
        first = record_standing_clicks(period=OCTOBER, at=FIRST)
        Thing.objects.filter(pk=things[0].pk).update(state=Thing.State.ACTIVE)

        assert (first, record_standing_clicks(period=OCTOBER, at=LATER)) == (
            CameIn(1, 1),
            CameIn(1, 0),
        )

    def test_leaves_a_sealed_period_alone(self, ada: User, standing: None, pay_in: PayIn) -> None:
        pay_in(ada, 5)
        ensure_partition(OCTOBER)
        seal_partition(OCTOBER)

        assert record_standing_clicks(period=OCTOBER, at=FIRST) == CameIn(0, 2)
        assert held(ada) == 0

    def test_is_in_the_month_of_the_sites_time_zone(
        self, ada: User, standing: None, pay_in: PayIn
    ) -> None:
        User.objects.filter(pk=ada.pk).update(time_zone="Pacific/Auckland")
        pay_in(ada, 5)

        record_standing_clicks(period=Period.of(FIRST), at=FIRST)

        assert clicks(ada) == 2

    def test_adds_to_the_counts_that_are_remembered(
        self,
        ada: User,
        things: list[Thing],
        standing: None,
        pay_in: PayIn,
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        pay_in(ada, 5)
        assert count_of(things[0].pk) == 0

        with django_capture_on_commit_callbacks(execute=True):
            record_standing_clicks(period=OCTOBER, at=FIRST)

        assert count_of(things[0].pk) == 1

    def test_takes_as_many_queries_for_two_thousand_as_for_two(
        self, ada: User, ben: User, standing: None, pay_in: PayIn
    ) -> None:
        pay_in(ada, 50)
        many = Thing.objects.bulk_create(
            Thing(url=f"https://ben.example/many/{n}", owner=ben) for n in range(2_000)
        )
        counts = []
        for period in (OCTOBER, OCTOBER.next):
            ensure_partition(period)
            with CaptureQueriesContext(connection) as queries:
                came_in = record_standing_clicks(period=period, at=period.starts_at)
            counts.append((came_in.recorded, len(queries)))
            StandingClick.objects.bulk_create(
                StandingClick(
                    subscriber=ada,
                    thing=thing,
                    created_at=FIRST,
                    started_at=FIRST,
                    last_period=OCTOBER,
                )
                for thing in many
                if period == OCTOBER
            )

        assert [number for number, _ in counts] == [2, 2_002]
        assert counts[0][1] == counts[1][1]

    def test_each_is_worth_the_same_as_any_click(
        self, ada: User, ben: User, things: list[Thing], standing: None, pay_in: PayIn
    ) -> None:
        pay_in(ada, 5)
        record_click(subscriber=ada, thing=things[2], at=FIRST)
        record_standing_clicks(period=OCTOBER, at=LATER)

        settle_period(period=OCTOBER, at=OCTOBER.ends_at, fee_basis_points=1000)

        budget = Budget.objects.get(period=OCTOBER)
        assert (budget.clicks, budget.share, budget.remainder) == (3, 1_666_666, 2)


class TestTasks:
    def test_share_the_subscribers_out(
        self, ben: User, things: list[Thing], monkeypatch: pytest.MonkeyPatch, pay_in: PayIn
    ) -> None:
        monkeypatch.setattr(beginning, "SUBSCRIBERS_A_TASK", 2)
        for number in range(5):
            user = User.objects.create_user(f"ada{number}")
            pay_in(user, 5)
            set_budget(subscriber=user, amount=5 * MICROS, currency="EUR", at=IN_SEPTEMBER)
            start_standing_click(subscriber=user, thing=things[0], at=IN_SEPTEMBER)
        ranges = task_ranges(OCTOBER)

        recorded = [
            record_some_standing_clicks(period="2010-10", first=first, last=last)
            for first, last in ranges * 2
        ]

        assert recorded == [2, 2, 1, 0, 0, 0]

    @pytest.mark.django_db(transaction=True)
    def test_are_sent_for_the_running_month(
        self, ada: User, things: list[Thing], pay_in: PayIn, settings: Any
    ) -> None:
        settings.CELERY_TASK_ALWAYS_EAGER = True
        pay_in(ada, 5)
        set_budget(subscriber=ada, amount=5 * MICROS, currency="EUR", at=IN_SEPTEMBER)
        start_standing_click(subscriber=ada, thing=things[0], at=IN_SEPTEMBER)

        assert record_standing_clicks_of_month() == 1


@pytest.mark.django_db(transaction=True)
class TestRaces:
    """With real connections; whoever is first, the money is held once and each comes in once."""

    @pytest.fixture(autouse=True)
    def month(self, db: None) -> None:
        ensure_partition(OCTOBER)

    def test_two_runs_at_once(self, ada: User, standing: None, pay_in: PayIn) -> None:
        pay_in(ada, 7)
        run = partial(record_standing_clicks, period=OCTOBER, at=FIRST)

        outcomes = at_once(run, run, run)

        assert sum(one.recorded for one in outcomes) == 2
        assert (clicks(ada), held(ada), faults()) == (2, 5, [])

    def test_a_run_a_click_and_its_undoing_at_once(
        self, ada: User, things: list[Thing], standing: None, pay_in: PayIn
    ) -> None:
        pay_in(ada, 7)

        outcomes = at_once(
            partial(record_standing_clicks, period=OCTOBER, at=FIRST),
            partial(record_click, subscriber=ada, thing=things[2], at=FIRST),
            partial(let_in, subscriber=ada, period=OCTOBER, at=FIRST),
        )

        assert not [one for one in outcomes if isinstance(one, Exception)]
        assert (clicks(ada), held(ada), faults()) == (3, 5, [])

    def test_a_run_and_a_pause_at_once_hold_nothing_for_nothing(
        self, ada: User, things: list[Thing], standing: None, pay_in: PayIn
    ) -> None:
        pay_in(ada, 7)

        outcomes = at_once(
            partial(record_standing_clicks, period=OCTOBER, at=FIRST),
            *(
                partial(pause_standing_click, subscriber=ada, thing_id=thing.pk)
                for thing in things[:2]
            ),
        )

        assert not [one for one in outcomes if isinstance(one, Exception)]
        assert held(ada) == (5 if clicks(ada) else 0)
        assert faults() == []

    def test_a_run_and_the_last_money_going_at_once(
        self, ada: User, standing: None, pay_in: PayIn
    ) -> None:
        pay_in(ada, 5)
        raising = partial(set_budget, subscriber=ada, amount=6 * MICROS, currency="EUR", at=FIRST)

        outcomes = at_once(partial(record_standing_clicks, period=OCTOBER, at=FIRST), raising)

        assert not [
            one for one in outcomes if isinstance(one, Exception) and not isinstance(one, NoMeans)
        ]
        assert held(ada) == (5 if clicks(ada) else 0)
        assert faults() == []
