"""Entries of feeds become things, once, and stay the same things when they move."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from elsewhere import Elsewhere, Page

from accounts.models import User
from things.aliases.finding import thing_at
from things.feeds.checking import EVERY, check_feed
from things.feeds.models import Feed, FeedEntry
from things.feeds.taking import FeedKnown, Filing, Taken, register_feed
from things.fetching.fetcher import Fetched
from things.models import Thing
from things.reading import feeds as reading

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
URL = "https://ben.example/feed"
FILING = Filing(category="text", language="de_DE", tags=("blog",))


def rss(*items: tuple[str, str]) -> str:
    """Newest first, as feeds are: (guid, link)."""
    entries = "".join(
        f"<item><guid isPermaLink='false'>{guid}</guid><link>{link}</link>"
        f"<title>Title of {guid}</title><category>tea</category></item>"
        for guid, link in items
    )
    return f"<rss version='2.0'><channel><title>Ben</title>{entries}</channel></rss>"


def read(*items: tuple[str, str]) -> reading.Feed:
    return reading.read_feed(Fetched(URL, 200, {}, rss(*items).encode()))


@pytest.fixture
def ben(db: None) -> User:
    return User.objects.create_user("ben")


@pytest.fixture
def feed(ben: User) -> Feed:
    feed, _taken = register_feed(
        owner=ben,
        read=read(("2", "/two"), ("1", "/one")),
        hosts=["ben.example"],
        filing=FILING,
        with_entries=True,
        at=NOON,
    )
    return feed


class TestRegisterFeed:
    def test_registers_the_entries_oldest_first(self, feed: Feed, ben: User) -> None:
        things = Thing.objects.order_by("pk")

        assert [thing.url for thing in things] == [
            "https://ben.example/one",
            "https://ben.example/two",
        ]
        assert {(thing.owner, thing.category, thing.language) for thing in things} == {
            (ben, "text", "de_DE")
        }
        assert (things[0].title, things[0].tags) == ("Title of 1", ["blog", "tea"])

    def test_can_begin_with_what_comes_from_now_on(self, ben: User) -> None:
        feed, taken = register_feed(
            owner=ben,
            read=read(("1", "/one")),
            hosts=["ben.example"],
            filing=FILING,
            with_entries=False,
            at=NOON,
        )

        assert taken == Taken(registered=0, moved=0, left=1)
        assert not Thing.objects.exists()
        assert feed.entries.count() == 1

    def test_leaves_aside_what_is_not_the_creators(self, ben: User) -> None:
        eve = User.objects.create_user("eve")
        Thing.objects.create(url="https://ben.example/hers", owner=eve)
        items = [("1", "https://eve.example/"), ("2", "/hers"), ("3", "/mine")]

        _feed, taken = register_feed(
            owner=ben,
            read=read(*items),
            hosts=["ben.example"],
            filing=FILING,
            with_entries=True,
            at=NOON,
        )

        assert taken == Taken(registered=1, moved=0, left=2)
        assert [thing.url for thing in ben.things.all()] == ["https://ben.example/mine"]

    def test_is_done_once_and_again_after_a_stop(self, feed: Feed, ben: User) -> None:
        again = {
            "owner": ben,
            "read": read(("1", "/one")),
            "hosts": ["ben.example"],
            "filing": FILING,
            "with_entries": True,
            "at": NOON,
        }
        with pytest.raises(FeedKnown):
            register_feed(**again)
        Feed.objects.update(state=Feed.State.STOPPED)

        register_feed(**again)

        feed.refresh_from_db()
        assert feed.state == Feed.State.READ


class TestCheckFeed:
    def test_takes_in_what_is_new_and_asks_only_for_that(
        self, feed: Feed, elsewhere: Elsewhere
    ) -> None:
        body = rss(("3", "/three"), ("2", "/two"), ("1", "/one"))
        page = Page(body, headers={"ETag": '"a"', "Last-Modified": "Thu, 09 Sep 2010 12:00:00 GMT"})
        elsewhere.publish(URL, page)

        assert check_feed(feed, at=NOON) == Taken(registered=1, moved=0, left=0)
        assert check_feed(feed, at=NOON) == Taken(registered=0, moved=0, left=0)
        elsewhere.publish(URL, Page(status=304))
        assert check_feed(feed, at=NOON) == Taken(registered=0, moved=0, left=0)

        headers = elsewhere.asked[-1].headers
        assert headers["If-None-Match"] == '"a"'
        assert headers["If-Modified-Since"] == "Thu, 09 Sep 2010 12:00:00 GMT"
        assert feed.next_at == NOON + EVERY
        assert Thing.objects.count() == 3

    def test_moves_the_thing_of_an_entry_that_moved(self, feed: Feed, elsewhere: Elsewhere) -> None:
        one = thing_at("https://ben.example/one")
        elsewhere.publish(URL, rss(("2", "/two"), ("1", "/2010/one")))

        assert check_feed(feed, at=NOON) == Taken(registered=0, moved=1, left=0)

        for url in ("https://ben.example/one", "https://ben.example/2010/one"):
            assert thing_at(url) == one
        assert Thing.objects.count() == 2

    @pytest.mark.parametrize(
        "page", [Page(status=500), Page("<rss>"), Page("no feed"), Page(status=404)]
    )
    def test_stores_nothing_where_it_fails_and_waits_longer_each_time(
        self, feed: Feed, elsewhere: Elsewhere, page: Page
    ) -> None:
        elsewhere.publish(URL, page)
        waits = []
        for _ in range(7):
            check_feed(feed, at=NOON)
            waits.append((feed.next_at - NOON) / timedelta(hours=1))

        assert waits == [1, 2, 4, 8, 16, 24, 24]
        assert Thing.objects.count() == 2
        assert feed.refusal

    def test_is_patient_where_it_is_asked_to_be(self, feed: Feed, elsewhere: Elsewhere) -> None:
        elsewhere.publish(URL, Page(status=429, headers={"Retry-After": "7200"}))

        check_feed(feed, at=NOON)

        assert feed.next_at == NOON + timedelta(hours=2)

    def test_gives_up_what_is_gone(self, feed: Feed, elsewhere: Elsewhere) -> None:
        elsewhere.publish(URL, Page(status=410))

        check_feed(feed, at=NOON)

        assert feed.state == Feed.State.GONE

    def test_gives_up_after_thirty_days(self, feed: Feed, elsewhere: Elsewhere) -> None:
        check_feed(feed, at=NOON)
        check_feed(feed, at=NOON + timedelta(days=31))

        assert feed.state == Feed.State.GONE

    def test_follows_a_feed_that_moved_for_good_on_its_site(
        self, feed: Feed, elsewhere: Elsewhere
    ) -> None:
        elsewhere.redirect(URL, "/new", 301)
        elsewhere.publish("https://ben.example/new", rss())
        check_feed(feed, at=NOON)

        assert feed.url == "https://ben.example/new"
        elsewhere.redirect("https://ben.example/new", "https://eve.example/", 301)
        elsewhere.publish("https://eve.example/", rss())
        check_feed(feed, at=NOON)
        assert feed.url == "https://ben.example/new"


class TestCommand:
    def test_reads_what_is_due(self, feed: Feed, elsewhere: Elsewhere) -> None:
        elsewhere.publish(URL, rss(("3", "/three")))
        said = StringIO()

        call_command("check_feeds", stdout=said)
        call_command("check_feeds", stdout=said)

        assert said.getvalue() == f"{URL}: 1 new, 0 moved\n"
        assert FeedEntry.objects.count() == 3
