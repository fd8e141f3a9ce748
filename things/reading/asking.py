"""Reading a page or a feed while somebody waits for it; nobody may ask for more than a few."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.cache import cache
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from things.fetching.fetcher import Fetched, Limits, fetch
from things.fetching.refusals import FetchRefused
from things.reading import feeds, pages

# Somebody waits, and a web process with them.
PATIENT = Limits(most_bytes=8 * 1024 * 1024, seconds=8)
AN_HOUR = 60

_ANYTHING = f"{pages.ACCEPT}, application/rss+xml;q=0.8, application/atom+xml;q=0.8"


class CannotRead(Exception):
    """Nothing could be read; `words` is the sentence to show."""

    def __init__(self, words: str | Promise, reason: object = "") -> None:
        super().__init__(str(reason))
        self.words = words


@dataclass(frozen=True)
class Found:
    """What is at an address: a page or a feed, and the address that was asked for."""

    asked: str
    page: pages.Page | None = None
    feed: feeds.Feed | None = None


def look_at(url: str, *, asker: User) -> Found:
    """Read what is at an address. Raises CannotRead, also for who asks too often."""
    with one_at_a_time(asker):
        answer = _fetched(url, _ANYTHING)
        try:
            return Found(url, page=pages.read_page(answer))
        except pages.NotAPage:
            return Found(url, feed=_feed(answer, url))


def look_at_feed(url: str, *, asker: User) -> feeds.Feed:
    """Read the feed at an address, or the first one that the page there names.

    Raises CannotRead.
    """
    with one_at_a_time(asker):
        answer = _fetched(url, f"{feeds.ACCEPT}, text/html;q=0.5")
        try:
            return feeds.read_feed(answer)
        except feeds.TooManyEntries as refusal:
            raise CannotRead(_("The feed has too many entries."), refusal) from refusal
        except feeds.NotAFeed as refusal:
            named = _feeds_named(answer)
            if not named:
                raise CannotRead(_("There is no feed at this address."), refusal) from refusal
        return _feed(_fetched(named[0], feeds.ACCEPT), named[0])


def _feeds_named(answer: Fetched) -> tuple[str, ...]:
    try:
        return pages.read_page(answer).feeds
    except pages.NotAPage:
        return ()


def _fetched(url: str, accept: str) -> Fetched:
    try:
        return fetch(url, accept=accept, limits=PATIENT)
    except FetchRefused as refusal:
        raise CannotRead(refusal.words, refusal) from refusal


def _feed(answer: Fetched, url: str) -> feeds.Feed:
    if answer.status != 200:
        words = _("The host answers with an error (%(status)s).") % {"status": answer.status}
        raise CannotRead(words, url)
    try:
        return feeds.read_feed(answer)
    except feeds.TooManyEntries as refusal:
        raise CannotRead(_("The feed has too many entries."), refusal) from refusal
    except feeds.NotAFeed as refusal:
        raise CannotRead(_("This is neither a page nor a feed."), refusal) from refusal


@contextmanager
def one_at_a_time(asker: User) -> Iterator[None]:
    """Who asks again while an answer is awaited, or sixty times an hour, is asked to wait."""
    asking, asked = f"asking:{asker.pk}", f"asked:{asker.pk}"
    cache.add(asked, 0, timeout=3600)
    if cache.incr(asked) > AN_HOUR:
        raise CannotRead(_("You had many addresses read. Please try again in an hour."))
    if not cache.add(asking, 1, timeout=2 * PATIENT.seconds):
        raise CannotRead(_("Another address is being read for you. Please try again."))
    try:
        yield
    finally:
        cache.delete(asking)
