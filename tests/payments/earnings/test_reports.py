"""What a creator earned, and who may see it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from payments.earnings.reports import NothingEarned, creator_month, may_see_earnings
from payments.settlement.models import Settlement
from things.models import Thing
from things.periods import Period

SEPTEMBER = Period(2010, 9)
MONTHS = "/creators/ben/months/"
MONTH = "/creators/ben/months/2010-09/"
Give = Callable[..., None]


@pytest.fixture
def poem(ben: User) -> Thing:
    return Thing.objects.create(url="https://ben.example/poem", owner=ben, title="A poem")


@pytest.fixture
def september(
    ada: User, eve: User, song: Thing, poem: Thing, give: Give, settle: Callable[[], Settlement]
) -> Settlement:
    """The song got 2.50 and 3.00 euros, the poem 2.50."""
    give(ada, song, poem, euros=5)
    give(eve, song, euros=3)
    return settle()


class TestMaySeeEarnings:
    def test_lets_creators_see_their_own(self, ben: User) -> None:
        assert may_see_earnings(viewer=ben, creator=ben)

    def test_lets_nobody_else_see_them(self, ben: User, eve: User) -> None:
        assert not may_see_earnings(viewer=eve, creator=ben)

    def test_does_not_count_being_staff_for_enough(self, ben: User, eve: User) -> None:
        eve.is_staff = True

        assert not may_see_earnings(viewer=eve, creator=ben)

    def test_lets_operators_see_them(self, ben: User, eve: User, olga: User) -> None:
        eve.user_permissions.add(Permission.objects.get(codename="view_creatorearnings"))

        assert may_see_earnings(viewer=eve, creator=ben)
        assert may_see_earnings(viewer=olga, creator=ben)


class TestCreatorMonth:
    def test_has_the_totals_and_the_things_by_gross(
        self,
        ben: User,
        song: Thing,
        poem: Thing,
        september: Settlement,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        with django_assert_num_queries(4):
            month = creator_month(creator=ben, period=SEPTEMBER)
            things = [(earned.thing.title, earned.gross, earned.mean) for earned in month.things]

        [total] = month.totals
        assert things == [("A song", 5_500_000, 2_750_000), ("A poem", 2_500_000, 2_500_000)]
        assert (total.earnings.gross, total.earnings.fee, total.earnings.net) == (
            8_000_000,
            800_000,
            7_200_000,
        )
        assert (total.lowest, total.highest, total.earnings.mean) == (
            2_500_000,
            3_000_000,
            2_666_666,
        )

    def test_keeps_currencies_apart(
        self,
        ben: User,
        ada: User,
        eve: User,
        song: Thing,
        give: Give,
        settle: Callable[[], Settlement],
    ) -> None:
        give(ada, song, euros=5)
        give(eve, song, euros=8, currency="SEK")
        settle()

        month = creator_month(creator=ben, period=SEPTEMBER)

        assert [(total.earnings.currency, total.highest) for total in month.totals] == [
            ("EUR", 5_000_000),
            ("SEK", 8_000_000),
        ]
        assert [earned.currency for earned in month.things] == ["EUR", "SEK"]

    def test_refuses_a_period_without_earnings(self, ada: User, september: Settlement) -> None:
        with pytest.raises(NothingEarned):
            creator_month(creator=ada, period=SEPTEMBER)


class TestPages:
    def test_show_the_creator_what_things_earned(
        self, client: Client, ben: User, september: Settlement
    ) -> None:
        client.force_login(ben)

        page = client.get(MONTH).content.decode()

        for written in ("A song", "€5.50", "€2.75", "€8.00", "€0.80", "€7.20"):
            assert written in page
        assert "September 2010" in client.get(MONTHS).content.decode()

    @pytest.mark.parametrize("address", [MONTHS, MONTH])
    def test_are_not_there_for_strangers(
        self, client: Client, eve: User, september: Settlement, address: str
    ) -> None:
        client.force_login(eve)

        strange = client.get(address)
        unknown = client.get(address.replace("ben", "nobody"))

        assert (strange.status_code, unknown.status_code) == (404, 404)
        told = [
            page.content.decode().split("<main")[1].split("</main>")[0]
            for page in (strange, unknown)
        ]
        assert told[0] == told[1]

    @pytest.mark.parametrize("address", [MONTHS, MONTH, MONTHS.replace("ben", "nobody")])
    def test_ask_who_is_not_signed_in_to_sign_in(
        self, client: Client, september: Settlement, address: str
    ) -> None:
        response = client.get(address)

        assert response.headers["Location"] == f"/sign-in/?next={address}"

    def test_are_kept_in_no_shared_cache(
        self, client: Client, ben: User, september: Settlement
    ) -> None:
        client.force_login(ben)

        for address in (MONTHS, MONTH):
            assert "no-store" in client.get(address).headers["Cache-Control"]

    def test_say_why_there_is_nothing(self, client: Client, ben: User) -> None:
        client.force_login(ben)

        response = client.get(MONTH)

        assert response.status_code == 404
        assert "ben earned nothing in September 2010" in response.content.decode()
        assert "Nothing was earned so far" in client.get(MONTHS).content.decode()

    def test_page_long_lists(
        self, client: Client, ben: User, september: Settlement, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("payments.paging.ROWS_A_PAGE", 1)
        client.force_login(ben)

        pages = [client.get(MONTH, {"page": number}).content.decode() for number in (1, 2)]

        assert ["A song" in page for page in pages] == [True, False]
        assert ["A poem" in page for page in pages] == [False, True]
        assert all("€8.00" in page for page in pages), "totals are of all pages"
