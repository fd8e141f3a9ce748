"""A creator registers, changes, moves, merges and withdraws things; nobody else's."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client
from elsewhere import Elsewhere, Page
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from things.aliases.finding import thing_at
from things.feeds.models import Feed
from things.models import Thing

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
NEW = "/things/mine/new/"
FEED = "/things/mine/feeds/new/"
SAID = {"title": "Tea", "description": "", "category": "text", "language": "de_DE", "tags": "a, b"}


@pytest.fixture
def ben(db: None) -> User:
    return User.objects.create_user("ben")


@pytest.fixture
def browser(client: Client, ben: User) -> Client:
    client.force_login(ben)
    return client


@pytest.fixture
def tea(ben: User) -> Thing:
    return Thing.objects.create(url="https://ben.example/tea", owner=ben, title="Tea")


class TestRegister:
    def test_shows_what_the_page_says_and_keeps_what_is_confirmed(
        self, browser: Client, ben: User, elsewhere: Elsewhere
    ) -> None:
        elsewhere.redirect("https://ben.example/?p=1", "/tea")
        elsewhere.publish(
            "https://ben.example/tea", "<html lang=de><title>T&amp;<b>x</b></title><p>Hello"
        )

        proposed = browser.post(NEW, {"url": "ben.example/?p=1"}).content.decode()

        assert 'value="https://ben.example/tea"' in proposed
        assert "T&amp;" in proposed
        assert not Thing.objects.exists()
        said = {**SAID, "url": "https://ben.example/tea", "asked": "https://ben.example/?p=1"}
        saved = browser.post(NEW, said)
        thing = Thing.objects.get()
        assert saved.headers["Location"] == f"/things/mine/{thing.pk}/"
        assert (thing.owner, thing.title, thing.tags) == (ben, "Tea", ["a", "b"])
        assert thing_at("http://ben.example/?p=1&utm_source=x") == thing

    @pytest.mark.parametrize(
        ("url", "page", "words"),
        [
            ("http://127.0.0.1/", None, "does not lead to the public internet"),
            ("http://localhost/", None, "does not lead to the public internet"),
            ("https://ben.example:8443/", None, "on their usual ports"),
            ("ben example", None, "Write a whole web address"),
            ("javascript:alert(1)", None, "Write a whole web address"),
            ("https://ben.example/", Page(status=500), "answers with an error (500)"),
            ("https://ben.example/", Page(b"\x89PNG", "image/png"), "neither a page nor a feed"),
            ("https://ben.example/", Page("x" * 9_000_000), "too large"),
        ],
    )
    def test_says_what_is_wrong_and_stores_nothing(
        self,
        browser: Client,
        elsewhere: Elsewhere,
        url: str,
        page: Page | None,
        words: str,
    ) -> None:
        if page is not None:
            elsewhere.publish(url, page)

        answer = browser.post(NEW, {"url": url})

        assert answer.status_code == 400
        assert words in answer.content.decode()
        assert not Thing.objects.exists()

    def test_takes_no_page_of_somebody_else(self, browser: Client) -> None:
        eve = User.objects.create_user("eve")
        Thing.objects.create(url="https://eve.example/", owner=eve)

        answer = browser.post(NEW, {**SAID, "url": "http://eve.example/#x"})

        assert answer.status_code == 400
        assert "somebody else" in answer.content.decode()

    def test_makes_no_alias_of_another_sites_address(
        self, browser: Client, elsewhere: Elsewhere
    ) -> None:
        said = {**SAID, "url": "https://ben.example/", "asked": "https://eve.example/"}

        browser.post(NEW, said)

        assert thing_at("https://eve.example/") is None

    def test_leads_to_the_thing_that_is_there(
        self, browser: Client, tea: Thing, elsewhere: Elsewhere
    ) -> None:
        elsewhere.publish(tea.url, "<title>Tea")

        for said in ({"url": tea.url}, {**SAID, "url": tea.url}):
            answer = browser.post(NEW, said)
            assert answer.headers["Location"] == f"/things/mine/{tea.pk}/"

    def test_does_not_let_one_person_ask_without_end(
        self, browser: Client, elsewhere: Elsewhere
    ) -> None:
        for _ in range(60):
            browser.post(NEW, {"url": "http://127.0.0.1/"})

        answer = browser.post(NEW, {"url": "http://127.0.0.1/"})

        assert "try again in an hour" in answer.content.decode()


class TestRegisterFeed:
    BODY = (
        "<rss><channel><title>Ben&lt;script&gt;alert(1)&lt;/script&gt;</title>"
        "<item><link>/one</link><title>One</title></item>"
        "<item><link>https://eve.example/</link></item></channel></rss>"
    )

    def test_shows_the_entries_and_registers_those_of_chosen_hosts(
        self, browser: Client, ben: User, elsewhere: Elsewhere
    ) -> None:
        head = '<link rel=alternate type="application/rss+xml" href="/feed"><title>Ben'
        elsewhere.publish("https://ben.example/", head)
        elsewhere.publish("https://ben.example/feed", Page(self.BODY, "application/rss+xml"))

        proposed = browser.post(FEED, {"url": "https://ben.example/"}).content.decode()

        assert "One" in proposed
        assert "<script>alert" not in proposed
        assert not Feed.objects.exists()
        said = {
            "url": "https://ben.example/feed",
            "hosts": ["ben.example"],
            "with_entries": "on",
            "category": "text",
            "language": "en_GB",
        }
        browser.post(FEED, said)
        feed = Feed.objects.get()
        assert (feed.owner, feed.url, feed.hosts) == (ben, said["url"], ["ben.example"])
        assert [thing.url for thing in Thing.objects.all()] == ["https://ben.example/one"]
        listed = browser.get("/things/mine/feeds/").content.decode()
        assert "rel=&quot;payment&quot;" in listed or 'rel="payment"' in listed

    @pytest.mark.parametrize("body", ["<rss>", "<title>no feed", "{}"])
    def test_says_that_there_is_none(
        self, browser: Client, elsewhere: Elsewhere, body: str
    ) -> None:
        elsewhere.publish("https://ben.example/", body)

        answer = browser.post(FEED, {"url": "https://ben.example/"})

        assert answer.status_code == 400
        assert "There is no feed at this address" in answer.content.decode()

    def test_of_ten_thousand_entries_is_refused(
        self, browser: Client, elsewhere: Elsewhere
    ) -> None:
        items = "".join(f"<item><link>/{n}</link></item>" for n in range(10_000))
        elsewhere.publish("https://ben.example/", f"<rss><channel>{items}</channel></rss>")

        answer = browser.post(FEED, {"url": "https://ben.example/"})

        assert "too many entries" in answer.content.decode()
        assert not Feed.objects.exists()

    def test_stops_and_begins_again(self, browser: Client, ben: User) -> None:
        feed = Feed.objects.create(
            owner=ben, url="https://ben.example/f", hosts=[], made_at=NOON, next_at=NOON
        )

        for deed, state in (("stop", "stopped"), ("read", "read")):
            browser.post(f"/things/mine/feeds/{feed.pk}/", {"deed": deed})
            feed.refresh_from_db()
            assert feed.state == state


class TestKeeping:
    def test_changes_what_is_said(self, browser: Client, tea: Thing) -> None:
        said = {**SAID, "title": "Tea\u202e time", "hidden": "on"}

        browser.post(f"/things/mine/{tea.pk}/", said)

        tea.refresh_from_db()
        assert (tea.title, tea.hidden, tea.language) == ("Tea time", True, "de_DE")

    def test_withdraws_and_brings_back(self, browser: Client, tea: Thing) -> None:
        for deed, state in (("withdraw", "withdrawn"), ("restore", "active")):
            browser.post(f"/things/mine/{tea.pk}/state/", {"deed": deed})
            tea.refresh_from_db()
            assert tea.state == state

    def test_moves(self, browser: Client, tea: Thing) -> None:
        browser.post(f"/things/mine/{tea.pk}/move/", {"url": "https://ben.example/tea/2"})

        assert thing_at("https://ben.example/tea/2") == tea == thing_at("https://ben.example/tea")

    def test_merges(self, browser: Client, ben: User, tea: Thing) -> None:
        Thing.objects.create(url="https://ben.example/?p=1", owner=ben)

        answer = browser.post(
            f"/things/mine/{tea.pk}/merge/", {"absorbed": "https://ben.example/?p=1"}, follow=True
        )

        assert thing_at("https://ben.example/?p=1") == tea
        assert "Taken in so far" in answer.content.decode()

    def test_says_why_it_does_not_merge_or_move(self, browser: Client, tea: Thing) -> None:
        eve = User.objects.create_user("eve")
        Thing.objects.create(url="https://eve.example/", owner=eve)

        for deed, field in (("merge", "absorbed"), ("move", "url")):
            answer = browser.post(f"/things/mine/{tea.pk}/{deed}/", {field: "https://eve.example/"})
            assert answer.status_code == 400

    @pytest.mark.parametrize("deed", ["", "move/", "merge/", "state/"])
    def test_is_nobody_elses_business(self, client: Client, tea: Thing, deed: str) -> None:
        client.force_login(User.objects.create_user("eve"))

        answer = client.post(f"/things/mine/{tea.pk}/{deed}", {"deed": "withdraw"})

        assert answer.status_code == 404

    @pytest.mark.parametrize("page", ["", "new/", "feeds/", "feeds/new/", "1/"])
    def test_asks_who_is_not_signed_in_to_sign_in(self, client: Client, page: str) -> None:
        assert client.get(f"/things/mine/{page}").status_code == 302

    def test_lists_with_the_same_queries_however_many(
        self, browser: Client, ben: User, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for number in range(3):
            Thing.objects.create(url=f"https://ben.example/{number}", owner=ben)

        with django_assert_num_queries(4):
            page = browser.get("/things/mine/").content.decode()

        assert "https://ben.example/2" in page
