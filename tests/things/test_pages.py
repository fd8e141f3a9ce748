"""Lists of things for everybody: what is in them, and how many questions they ask."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from things.models import Thing
from things.partitions import ensure_partition
from things.periods import Period


@pytest.fixture
def ben(db: None) -> User:
    return User.objects.create_user("ben", display_name="Ben")


def thing(owner: User, name: str, *, clicks: int = 0, days: int = 0, **more: object) -> Thing:
    """A thing that so many people clicked, so many days ago."""
    made = Thing.objects.create(
        url=f"https://ben.example/{name}", owner=owner, title=f"About {name}", **more
    )
    at = timezone.now() - timedelta(days=days)
    period = Period.of(at)
    ensure_partition(period)
    with connection.cursor() as cursor:
        for number in range(clicks):
            cursor.execute(
                "INSERT INTO things_click (period, subscriber_id, thing_id, clicked_at)"
                " VALUES (%s, %s, %s, %s)",
                [period.first_day, 1000 + number, made.pk, at],
            )
    return made


class TestCatalogue:
    def test_leads_with_what_most_people_clicked_lately(self, ben: User, client: Client) -> None:
        thing(ben, "old", clicks=9, days=8)
        thing(ben, "tea", clicks=1)
        thing(ben, "milk", clicks=3)
        thing(ben, "nobody")

        page = client.get("/things/").context["page"]

        assert [str(found) for found in page] == ["About milk", "About tea"]

    def test_leaves_out_what_is_hidden_withdrawn_or_of_the_suspended(
        self, ben: User, client: Client
    ) -> None:
        eve = User.objects.create_user("eve", suspended=True)
        thing(ben, "hidden", clicks=1, hidden=True)
        thing(ben, "gone", clicks=1, state=Thing.State.WITHDRAWN)
        thing(eve, "eves", clicks=1)

        assert not client.get("/things/").context["page"].object_list

    @pytest.mark.parametrize(
        "query", ["category=text", "language=fr_FR", "tag=tea", "category=text&tag=tea"]
    )
    def test_can_be_narrowed(self, ben: User, client: Client, query: str) -> None:
        thing(ben, "other", clicks=1)
        thing(ben, "tea", clicks=1, category="text", language="fr_FR", tags=["tea"])

        page = client.get(f"/things/?{query}").context["page"]

        assert [str(found) for found in page] == ["About tea"]

    @pytest.mark.parametrize("path", ["/things/", "/profile/ben", "/things.atom"])
    def test_asks_no_more_for_many_than_for_two(self, ben: User, client: Client, path: str) -> None:
        asked = []
        for numbers in (range(2), range(2, 12)):
            for number in numbers:
                thing(ben, f"t{number}", clicks=1)
            cache.clear()
            with CaptureQueriesContext(
                connection,
            ) as queries:
                client.get(path)
            asked.append(len(queries))

        assert asked[0] == asked[1]


class TestFeeds:
    def test_say_where_one_gives(self, ben: User, client: Client) -> None:
        made = thing(ben, "tea", clicks=1)

        for path in ("/things.atom", "/profile/ben.atom", f"/thing/{made.pk}.atom"):
            feed = client.get(path)
            assert feed.headers["Content-Type"] == "application/atom+xml"
            assert f'href="http://localhost:8000/thing/{made.pk}"'.encode() in feed.content
            assert b'rel="payment"' in feed.content

    def test_are_activity_streams_too(self, ben: User, client: Client) -> None:
        made = thing(ben, "tea", clicks=1)

        (item,) = json.loads(client.get(f"/thing/{made.pk}.as").content)["items"]

        assert item["object"]["url"] == "https://ben.example/tea"
        assert item["actor"]["displayName"] == "Ben"


class TestOembed:
    def test_gives_the_frame_for_the_address_of_a_thing(self, ben: User, client: Client) -> None:
        made = thing(ben, "tea")

        answer = client.get("/oembed", {"url": f"http://localhost:8000/thing/{made.pk}"}).json()

        assert (answer["type"], answer["title"]) == ("rich", "About tea")
        assert f"/embed/{made.pk}" in answer["html"]

    @pytest.mark.parametrize("url", ["", "https://eve.example/thing/1", "http://localhost:8000/"])
    def test_knows_no_other_address(self, db: None, client: Client, url: str) -> None:
        assert client.get("/oembed", {"url": url}).status_code == 404


class TestBuilder:
    def test_writes_markup_that_cannot_be_broken_out_of(self, ben: User, client: Client) -> None:
        page = client.get(
            "/button/",
            {"user_id": "ben", "url": "https://ben.example/x", "title": "Tea \"&'; <b>"},
        )

        codes = [piece.code for piece in page.context["markup"]]
        assert len(codes) == 5
        assert all('Tea "' not in code for code in codes)

    def test_explains_what_is_wrong(self, db: None, client: Client) -> None:
        page = client.get("/button/", {"user_id": "ben", "url": "x"})

        assert b"not a whole web address" in page.content
