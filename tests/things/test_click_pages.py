"""The admin's page of clicks."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from things import click_pages
from things.click_pages import Cursor, clicks_page
from things.models import Click, Thing
from things.partitions import ensure_partition
from things.periods import Period

SEPTEMBER = Period(2010, 9)
NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
ADDRESS = "/admin/things/click/"


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user("ada")


@pytest.fixture
def ben(db: None) -> User:
    return User.objects.create_user("ben")


@pytest.fixture
def songs(ben: User) -> list[Thing]:
    addresses = [f"https://ben.example/{number}" for number in range(3)]
    return [Thing.objects.create(url=address, owner=ben) for address in addresses]


@pytest.fixture
def september(ada: User, ben: User, songs: list[Thing]) -> list[Click]:
    """Ada and Ben clicked three things each, and Ada one in October."""
    ensure_partition(SEPTEMBER)
    ensure_partition(SEPTEMBER.next)
    Click.objects.create(period=SEPTEMBER.next, subscriber=ada, thing=songs[0], clicked_at=NOON)
    return [
        Click.objects.create(period=SEPTEMBER, subscriber=subscriber, thing=thing, clicked_at=NOON)
        for subscriber in (ada, ben)
        for thing in songs
    ]


@pytest.fixture
def olga(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("olga"))
    return client


class TestClicksPage:
    def test_reads_one_period_in_the_order_of_the_key(self, september: list[Click]) -> None:
        clicks = clicks_page(period=SEPTEMBER, subscriber=None, thing=None, after=None)

        assert clicks == september

    def test_filters_by_subscriber_and_thing(
        self, september: list[Click], ben: User, songs: list[Thing]
    ) -> None:
        clicks = clicks_page(period=SEPTEMBER, subscriber=ben, thing=songs[1], after=None)

        assert clicks == [september[4]]

    def test_goes_on_after_each_click(self, september: list[Click]) -> None:
        for place, click in enumerate(september):
            cursor = Cursor.parse(str(Cursor(click.subscriber_id, click.thing_id)))

            clicks = clicks_page(period=SEPTEMBER, subscriber=None, thing=None, after=cursor)

            assert clicks == september[place + 1 :]

    def test_reads_all_rows_in_one_query(
        self, september: list[Click], django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(1):
            clicks = clicks_page(period=SEPTEMBER, subscriber=None, thing=None, after=None)
            assert {click.subscriber.username for click in clicks} == {"ada", "ben"}
            assert len({click.thing.url for click in clicks}) == 3


class TestCursor:
    @pytest.mark.parametrize("text", ["", "1", "1.2.3", "a.b", "-1.2", "1." + "9" * 30])
    def test_takes_nothing_else_for_one(self, text: str) -> None:
        assert Cursor.parse(text) is None


class TestShowClicks:
    def test_begins_with_the_latest_period(self, olga: Client, september: list[Click]) -> None:
        response = olga.get(ADDRESS)

        assert [click.period for click in response.context["clicks"]] == [SEPTEMBER.next]

    def test_filters(self, olga: Client, september: list[Click], songs: list[Thing]) -> None:
        wanted = {"period": "2010-09", "subscriber": "ben", "thing": songs[2].url}

        response = olga.get(ADDRESS, wanted)

        assert response.context["clicks"] == [september[5]]

    def test_links_from_page_to_page(
        self, olga: Client, september: list[Click], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(click_pages, "CLICKS_A_PAGE", 4)

        first = olga.get(ADDRESS, {"period": "2010-09"})
        second = olga.get(f"{ADDRESS}?{first.context['next']}")

        assert first.context["clicks"] + second.context["clicks"] == september
        assert second.context["next"] == ""

    @pytest.mark.parametrize(
        "wanted",
        [{"subscriber": "nobody"}, {"thing": "https://nowhere.example/"}, {"period": "2010-13"}],
    )
    def test_says_what_it_does_not_know(
        self, olga: Client, september: list[Click], wanted: dict[str, str]
    ) -> None:
        response = olga.get(ADDRESS, wanted)

        assert response.status_code == 200
        assert response.context["form"].errors
        assert response.context["clicks"] == []

    def test_is_there_without_any_click(self, olga: Client) -> None:
        assert olga.get(ADDRESS).status_code == 200

    def test_needs_the_permission(self, ada: User, september: list[Click]) -> None:
        ada.is_staff = True
        ada.save()
        client = Client()
        client.force_login(ada)

        before = client.get(ADDRESS).status_code
        ada.user_permissions.add(Permission.objects.get(codename="view_click"))
        after = client.get(ADDRESS).status_code

        assert (before, after) == (403, 200)

    def test_is_no_page_for_others(self, client: Client, ada: User) -> None:
        client.force_login(ada)

        assert client.get(ADDRESS).status_code == 302

    def test_is_on_the_first_page_of_the_admin(self, olga: Client) -> None:
        assert ADDRESS in olga.get("/admin/").content.decode()
