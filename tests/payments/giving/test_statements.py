"""A subscriber's statement of one period."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from payments.budgets.models import Budget
from payments.clicking.models import SkippedPeriod
from payments.giving.statements import LeftOut, NothingGiven, State, Statement, statement_of
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.posting import correction, post
from payments.money import MICROS
from payments.settlement.closing import close_period
from payments.settlement.models import Settlement
from things.models import Thing
from things.periods import Period

SEPTEMBER = Period(2010, 9)
NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
Give = Callable[..., None]
Settle = Callable[[], Settlement]


@pytest.fixture
def songs(ben: User) -> list[Thing]:
    addresses = [f"https://ben.example/{number}" for number in range(3)]
    return [Thing.objects.create(url=address, owner=ben, title=address) for address in addresses]


def stated(subscriber: User, *, at: str = "after") -> Statement:
    moment = SEPTEMBER.ends_at if at == "after" else SEPTEMBER.starts_at
    return statement_of(subscriber=subscriber, period=SEPTEMBER, at=moment)


def adds_up(statement: Statement) -> bool:
    whole = statement.given + statement.remainder
    counting = sum(click.counts for click in statement.clicks)
    return whole == statement.budget.amount and counting == statement.counted


class TestStatementOf:
    def test_is_final_once_settled(
        self, ada: User, songs: list[Thing], give: Give, settle: Settle
    ) -> None:
        give(ada, *songs, euros=5)
        settle()

        statement = stated(ada)

        assert statement.state is State.SETTLED
        assert (statement.counted, statement.share, statement.remainder) == (3, 1_666_666, 2)
        assert adds_up(statement)

    def test_says_what_clicks_are_worth_while_the_period_runs(
        self, ada: User, songs: list[Thing], give: Give
    ) -> None:
        give(ada, *songs[:2], euros=5)

        statement = stated(ada, at="before")

        assert statement.state is State.RUNNING
        assert (statement.counted, statement.share) == (2, 2_500_000)
        assert adds_up(statement)

    def test_says_that_a_period_is_being_settled(
        self, ada: User, songs: list[Thing], give: Give
    ) -> None:
        give(ada, *songs)
        over = stated(ada).state

        close_period(period=SEPTEMBER, at=SEPTEMBER.ends_at, fee_basis_points=1000)

        assert (over, stated(ada).state) == (State.BEING_SETTLED, State.BEING_SETTLED)

    @pytest.mark.parametrize("settled", [False, True])
    @pytest.mark.parametrize("suspended", [False, True])
    def test_says_why_all_clicks_take_no_part(
        self,
        ada: User,
        songs: list[Thing],
        give: Give,
        settle: Settle,
        settled: bool,
        suspended: bool,
    ) -> None:
        give(ada, *songs)
        User.objects.filter(pk=ada.pk).update(suspended=suspended)
        if not suspended:
            paid = Transfer.objects.get(kind="deposit")
            taken = correction(
                paid, key="taken", about_at=NOON, kind=Transfer.Kind.CHARGEBACK, amount=MICROS
            )
            post([taken], posted_at=NOON)
        if settled:
            settle()

        statement = stated(ada, at="after" if settled else "before")

        assert (statement.counted, statement.left_out) == (0, 3)
        assert statement.why is (LeftOut.SUSPENDED if suspended else LeftOut.DEBT)
        assert adds_up(statement)

    def test_says_that_standing_clicks_found_no_means(
        self, ada: User, songs: list[Thing], give: Give
    ) -> None:
        give(ada, *songs)
        SkippedPeriod.objects.create(period=SEPTEMBER, subscriber=ada, number=4, skipped_at=NOON)

        assert stated(ada).skipped == 4

    def test_reads_its_clicks_a_page_at_a_time_in_two_queries(
        self,
        ada: User,
        songs: list[Thing],
        give: Give,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        give(ada, *songs)
        statement = stated(ada)
        everything = list(statement.clicks)

        with django_assert_num_queries(2):
            page = statement.in_pages[1:3]
            assert [click.thing.owner.username for click in page] == ["ben", "ben"]

        assert page == everything[1:3]
        assert len(statement.in_pages) == 3

    @pytest.mark.parametrize("settled", [False, True])
    def test_marks_clicks_on_suspended_things(
        self, ada: User, songs: list[Thing], give: Give, settle: Settle, settled: bool
    ) -> None:
        give(ada, *songs, euros=5)
        Thing.objects.filter(pk=songs[0].pk).update(state=Thing.State.SUSPENDED)
        if settled:
            settle()
            Thing.objects.filter(pk=songs[1].pk).update(state=Thing.State.SUSPENDED)

        statement = stated(ada)

        assert [click.counts for click in statement.clicks] == [False, True, True]
        assert (statement.counted, statement.left_out, statement.share) == (2, 1, 2_500_000)
        assert adds_up(statement)

    @pytest.mark.parametrize("settled", [False, True])
    @pytest.mark.parametrize("who", ["ada", "ben"])
    def test_marks_all_clicks_where_an_account_is_suspended(
        self, ada: User, songs: list[Thing], give: Give, settle: Settle, who: str, settled: bool
    ) -> None:
        give(ada, *songs, euros=5)
        User.objects.filter(username=who).update(suspended=True)
        if settled:
            settle()
            User.objects.update(suspended=False)

        statement = stated(ada)

        assert (statement.counted, statement.left_out, statement.share) == (0, 3, 0)
        assert statement.remainder == statement.budget.amount
        assert adds_up(statement)

    def test_shows_own_clicks_only(
        self, ada: User, eve: User, songs: list[Thing], give: Give
    ) -> None:
        give(ada, songs[0])
        give(eve, *songs)

        assert [click.thing for click in stated(ada).clicks] == [songs[0]]

    def test_refuses_a_period_without_budget(self, ada: User) -> None:
        with pytest.raises(NothingGiven):
            stated(ada)


class TestStatement:
    @given(amount=st.integers(1, 10**15), counted=st.integers(0, 10**6))
    def test_adds_up_for_any_budget(self, amount: int, counted: int) -> None:
        from payments.settlement.division import divide

        share, remainder = divide(amount, counted)

        statement = Statement(
            budget=Budget(amount=amount, currency="EUR", wallet=LedgerAccount()),
            state=State.RUNNING,
            counted=counted,
            left_out=0,
            share=share,
            remainder=remainder,
            clicks=Budget.objects.none(),  # type: ignore[arg-type]
        )

        assert statement.given + statement.remainder == amount


class TestPages:
    def test_show_each_click_with_its_share(
        self, client: Client, ada: User, songs: list[Thing], give: Give, settle: Settle
    ) -> None:
        give(ada, *songs, euros=5)
        settle()
        client.force_login(ada)

        page = client.get("/giving/2010-09/").content.decode()

        assert all(f">{song.title}</a>" in page for song in songs)
        assert page.count("€1.66<small>6666</small></data></td>") == 3
        assert "3 clicks × €1.666666 = €4.999998" in page
        assert "€0.000002" in page
        assert "€1.66<small>6666</small>" in client.get("/giving/").content.decode()

    def test_mark_what_is_not_final(
        self, client: Client, ada: User, songs: list[Thing], give: Give
    ) -> None:
        give(ada, *songs)
        client.force_login(ada)

        page = client.get("/giving/2010-09/").content.decode()

        assert "these figures are not final yet" in page
        assert "Each click now" in page
        assert "Not settled yet" in client.get("/giving/").content.decode()

    def test_show_nobody_elses_month(
        self, client: Client, ada: User, eve: User, songs: list[Thing], give: Give
    ) -> None:
        give(ada, *songs)
        client.force_login(eve)

        response = client.get("/giving/2010-09/")

        assert response.status_code == 404
        assert "You have no budget in September 2010" in response.content.decode()
        assert "You gave nothing so far." in client.get("/giving/").content.decode()

    @pytest.mark.parametrize("address", ["/giving/", "/giving/2010-09/"])
    def test_ask_who_is_not_signed_in_to_sign_in(
        self, client: Client, db: None, address: str
    ) -> None:
        assert client.get(address).headers["Location"] == f"/sign-in/?next={address}"

    @pytest.mark.parametrize("address", ["/giving/", "/giving/2010-09/"])
    def test_are_kept_in_no_shared_cache(
        self, client: Client, ada: User, songs: list[Thing], give: Give, address: str
    ) -> None:
        give(ada, *songs)
        client.force_login(ada)

        assert "no-store" in client.get(address).headers["Cache-Control"]

    def test_page_long_lists(
        self,
        client: Client,
        ada: User,
        songs: list[Thing],
        give: Give,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("payments.paging.ROWS_A_PAGE", 2)
        give(ada, *songs)
        client.force_login(ada)

        pages = [client.get("/giving/2010-09/", {"page": n}).content.decode() for n in (1, 2)]

        assert [sum(song.title in page for song in songs) for page in pages] == [2, 1]
        assert all("€1.66<small>6666</small>" in page for page in pages)
