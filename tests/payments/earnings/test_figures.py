"""The running month, days and medians, and all months side by side."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from payments.budgets.planning import set_budget
from payments.clicking.recording import record_click
from payments.earnings import figures
from payments.earnings.figures import Day, ThingSoFar, days_of, medians_of, running_month
from payments.earnings.overview import best_of, months_of
from payments.earnings.reports import creator_month, sums_by_thing, thing_lines
from payments.ledger.models import LedgerAccount
from payments.money import MICROS
from payments.settlement.models import Settlement
from things.aliases.merging import merge_things
from things.models import Click, Thing
from things.periods import Period

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
SEPTEMBER = Period(2010, 9)
Give = Callable[..., None]


@pytest.fixture
def poem(ben: User) -> Thing:
    return Thing.objects.create(url="https://ben.example/poem", owner=ben, title="=A poem")


@pytest.fixture
def clicked(ada: User, eve: User, olga: User, song: Thing, poem: Thing, give: Give) -> None:
    """The song got 2.50, 3.00 and 1.00 euros, the poem 2.50 and 1.00."""
    give(ada, song, poem, euros=5)
    give(eve, song, euros=3)
    give(olga, song, poem, euros=2)


@pytest.mark.usefixtures("clicked")
class TestRunningMonth:
    def test_is_worth_what_a_settlement_now_would_give(
        self, ben: User, song: Thing, poem: Thing, settle: Callable[[], Settlement]
    ) -> None:
        running = running_month(ben, SEPTEMBER)
        settle()

        assert running.clicks == 5
        assert not running.sampled
        assert running.things == [
            ThingSoFar(song.pk, "EUR", 3, 6_500_000),
            ThingSoFar(poem.pk, "EUR", 2, 3_500_000),
        ]
        assert running.days == [Day(date(2010, 9, 9), "EUR", 5, 10_000_000)]
        [total] = creator_month(creator=ben, period=SEPTEMBER).totals
        assert running.gross == {"EUR": total.earnings.gross}

    def test_leaves_suspended_givers_out(self, ben: User, eve: User) -> None:
        User.objects.filter(pk=eve.pk).update(suspended=True)

        assert running_month(ben, SEPTEMBER).gross == {"EUR": 7_000_000}

    def test_divides_among_what_takes_part(
        self, ben: User, ada: User, song: Thing, poem: Thing, settle: Callable[[], Settlement]
    ) -> None:
        """What is suspended, or has no owner any more, neither gets nor lessens the others."""
        others = User.objects.create_user("others", suspended=True)
        for address, owner, state in (
            ("https://others.example/tune", others, Thing.State.ACTIVE),
            ("https://nobody.example/tune", None, Thing.State.ACTIVE),
        ):
            thing = Thing.objects.create(url=address, owner=owner, state=state)
            Click.objects.create(
                period=SEPTEMBER.first_day, subscriber=ada, thing=thing, clicked_at=NOON
            )
        Thing.objects.filter(pk=poem.pk).update(state=Thing.State.SUSPENDED)

        running = running_month(ben, SEPTEMBER)
        settle()

        # Ada's 5, Eve's 3 and Olga's 2 euros.
        assert running.things == [ThingSoFar(song.pk, "EUR", 3, 10_000_000)]
        assert running.clicks == 3
        [total] = creator_month(creator=ben, period=SEPTEMBER).totals
        assert running.gross == {"EUR": total.earnings.gross}

    def test_of_somebody_suspended_is_nothing(self, ben: User) -> None:
        User.objects.filter(pk=ben.pk).update(suspended=True)

        assert running_month(ben, SEPTEMBER).gross == {}

    def test_looks_at_a_part_of_many_clicks(
        self,
        ben: User,
        pay_in: Callable[..., LedgerAccount],
        song: Thing,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        for number in range(40):
            reader = User.objects.create_user(f"reader{number}")
            pay_in(reader, 2)
            set_budget(subscriber=reader, amount=2 * MICROS, currency="EUR", at=NOON)
            record_click(subscriber=reader, thing=song, at=NOON)
        exact = running_month(ben, SEPTEMBER).gross["EUR"]
        monkeypatch.setattr(figures, "SAMPLE", 20)

        running = running_month(ben, SEPTEMBER)

        assert running.sampled
        assert running.clicks == 45
        assert exact / 2 < running.gross["EUR"] < exact * 2

    def test_asks_a_fixed_number_of_queries(
        self, ben: User, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(2):
            running_month(ben, SEPTEMBER)


@pytest.mark.usefixtures("clicked")
class TestSettledMonth:
    @pytest.fixture(autouse=True)
    def _settled(self, clicked: None, settle: Callable[[], Settlement]) -> None:
        settle()

    def test_has_days_that_add_up(self, ben: User) -> None:
        assert days_of(ben, SEPTEMBER) == [Day(date(2010, 9, 9), "EUR", 5, 10_000_000)]

    def test_has_medians(self, ben: User, song: Thing, poem: Thing) -> None:
        assert medians_of([song.pk, poem.pk], ben, SEPTEMBER) == {
            (song.pk, "EUR"): 2_500_000,
            (poem.pk, "EUR"): 1_750_000,
        }

    def test_adds_merged_things_up(self, ben: User, song: Thing, poem: Thing) -> None:
        merge_things(kept=song, absorbed=poem, at=NOON + timedelta(days=60))

        month = creator_month(creator=ben, period=SEPTEMBER)
        [line] = thing_lines(month, sums_by_thing(month))

        assert (line.thing, line.clicks, line.gross) == (song, 5, 10_000_000)
        assert (line.lowest, line.highest) == (1_000_000, 3_000_000)
        assert (line.mean, line.median) == (2_000_000, 2_500_000)
        [best] = best_of(ben)
        assert (best.thing, best.clicks, best.gross) == (song, 5, 10_000_000)
        assert [row.gross for row in months_of(ben)] == [10_000_000]

    def test_is_shown_with_medians_and_days(self, client: Client, ben: User) -> None:
        client.force_login(ben)

        page = client.get("/creators/ben/months/2010-09/").content.decode()

        for written in ("€2.50", "€1.75", "Day by day", "Sept. 9, 2010", "Median"):
            assert written in page

    def test_is_a_file_in_three_forms(self, client: Client, ben: User) -> None:
        client.force_login(ben)
        address = "/creators/ben/months/2010-09"

        table = client.get(f"{address}.csv")
        tree = client.get(f"{address}.json").json()
        flattrs = client.get(f"{address}.flattr")

        rows = list(csv.reader(io.StringIO(table.content.decode())))
        assert rows[1][1:] == [
            "A song", "EUR", "3", "6.500000", "1.000000", "3.000000", "2.166666", "2.500000",
            "clicks", "",
        ]  # fmt: skip
        assert rows[2][1] == "'=A poem", "no formula for a spreadsheet"
        assert tree["totals"][0]["net"] == "9.000000"
        assert tree["days"] == [
            {"on": "2010-09-09", "currency": "EUR", "clicks": 5, "gross": "10.000000"}
        ]
        assert 'filename="flattr-revenue-201009.csv"' in flattrs.headers["Content-Disposition"]
        assert "2010-09;" in flattrs.content.decode()

    def test_is_nobody_elses(self, client: Client, eve: User) -> None:
        client.force_login(eve)

        for form in ("csv", "json", "flattr"):
            assert client.get(f"/creators/ben/months/2010-09.{form}").status_code == 404
        for form in ("csv", "json"):
            assert client.get(f"/creators/ben/months.{form}").status_code == 404


class TestMonths:
    def test_are_charts_and_files_of_received_and_given(
        self,
        client: Client,
        ada: User,
        ben: User,
        eve: User,
        song: Thing,
        give: Give,
        settle: Callable[[], Settlement],
    ) -> None:
        hers = Thing.objects.create(url="https://eve.example/", owner=eve)
        give(ada, song, euros=5)
        give(ben, hers, euros=3)
        settle()
        client.force_login(ben)

        page = client.get("/creators/ben/months/").content.decode()
        table = client.get("/creators/ben/months.csv").content.decode()
        tree = client.get("/creators/ben/months.json").json()

        assert "<svg" in page
        assert "Best things" in page
        assert table.splitlines()[1] == (
            "2010-09,EUR,1,5.000000,0.500000,4.500000,obole,0,0.000000,0.000000,0.000000"
        )
        assert tree["months"][0]["net"] == "4.500000"

    @time_machine.travel(NOON + timedelta(hours=1))
    def test_begin_with_the_running_one_marked_as_an_estimate(
        self, client: Client, ada: User, ben: User, song: Thing, give: Give
    ) -> None:
        give(ada, song, euros=5)
        client.force_login(ben)

        months = client.get("/creators/ben/months/").content.decode()
        running = client.get("/creators/ben/months/2010-09/").content.decode()

        for page in (months, running):
            assert "September 2010 so far" in page
            assert "≈" in page
            assert "€4.50" in page
        assert "An estimate" in running

    def test_do_not_ask_more_for_more_months(
        self,
        client: Client,
        ada: User,
        ben: User,
        song: Thing,
        give: Give,
        settle: Callable[..., Settlement],
        django_assert_max_num_queries: DjangoAssertNumQueries,
    ) -> None:
        give(ada, song, euros=5)
        settle()
        client.force_login(ben)

        with django_assert_max_num_queries(18):
            client.get("/creators/ben/months/")


class TestAtomOfClicks:
    def test_names_who_may_be_named(
        self, client: Client, ada: User, eve: User, song: Thing, give: Give
    ) -> None:
        from accounts.visibility import Visibility

        User.objects.filter(pk=eve.pk).update(visibility=Visibility.ANONYMOUS)
        eve.refresh_from_db()
        User.objects.filter(pk=ada.pk).update(visibility=Visibility.PUBLIC)
        ada.refresh_from_db()
        give(ada, song, euros=5)
        give(eve, song, euros=5)

        feed = client.get("/profile/ben/clicks.atom").content.decode()

        assert "ada gave to “A song”" in feed
        assert "eve" not in feed
