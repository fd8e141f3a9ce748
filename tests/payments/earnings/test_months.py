"""The settled months and their public figures."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from payments.earnings.months import NotSettled, public_month, settled_months
from payments.settlement.models import Settlement
from things.models import Thing
from things.periods import Period

SEPTEMBER = Period(2010, 9)
Give = Callable[..., None]
Settle = Callable[..., Settlement]


class TestSettledMonths:
    def test_come_latest_first_with_their_figures(
        self,
        ada: User,
        song: Thing,
        give: Give,
        settle: Settle,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        give(ada, song)
        for period in (SEPTEMBER, Period(2010, 11), Period(2010, 10)):
            settle(period)

        with django_assert_num_queries(2):
            months = [(str(month.period), len(month.figures.all())) for month in settled_months()]

        assert months == [("2010-11", 0), ("2010-10", 0), ("2010-09", 1)]

    def test_leave_out_what_is_being_settled(self, settle: Settle, db: None) -> None:
        Settlement.objects.create(
            period=SEPTEMBER, fee_basis_points=1000, closed_at=SEPTEMBER.ends_at
        )

        assert list(settled_months()) == []


class TestPublicMonth:
    def test_knows_its_neighbours(self, settle: Settle, db: None) -> None:
        for month in (1, 4, 6, 9):
            settle(Period(2010, month))

        april = public_month(Period(2010, 4))

        assert (april.previous, april.next) == (Period(2010, 1), Period(2010, 6))

    def test_has_no_neighbours_at_the_ends(self, settle: Settle, db: None) -> None:
        settle()

        september = public_month(SEPTEMBER)

        assert (september.previous, september.next) == (None, None)

    def test_refuses_a_period_that_is_not_settled(self, db: None) -> None:
        with pytest.raises(NotSettled):
            public_month(SEPTEMBER)


class TestShowMonth:
    def test_shows_the_public_figures_of_each_currency(
        self, client: Client, ada: User, eve: User, song: Thing, give: Give, settle: Settle
    ) -> None:
        give(ada, song, euros=5)
        give(eve, song, euros=8, currency="SEK")
        settle()

        page = client.get("/months/2010-09/").content.decode()

        for written in ("Euro", "€5.00", "€0.50", "Swedish Krona", "SEK\xa08.00", "SEK\xa00.80"):
            assert written in page

    def test_names_nobody(
        self, client: Client, ada: User, ben: User, song: Thing, give: Give, settle: Settle
    ) -> None:
        give(ada, song)
        settle()

        page = client.get("/months/2010-09/").content.decode()

        assert not {"ada", "ben", "A song", song.url} & set(page.replace("<", ">").split(">"))

    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_says_why_there_is_nothing(self, client: Client, db: None, language: str) -> None:
        response = client.get("/months/2031-01/", headers={"accept-language": language})

        assert response.status_code == 404
        reason = {"en": "January 2031 has no figures", "fr": "Pas de chiffres pour janvier 2031"}
        assert reason[language] in response.content.decode()

    def test_knows_a_month_in_which_nobody_gave(
        self, client: Client, settle: Settle, db: None
    ) -> None:
        settle()

        assert "Nobody clicked anything." in client.get("/months/2010-09/").content.decode()
        assert "Nobody clicked anything." in client.get("/months/").content.decode()
