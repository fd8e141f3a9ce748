"""Reading registered feeds again, as their hosts would like it to be done."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from django.db import transaction

from things.addresses import same_site
from things.feeds.models import Feed
from things.feeds.taking import Taken, take_entries
from things.fetching.fetcher import Fetched, fetch
from things.fetching.refusals import FetchRefused
from things.reading import feeds as reading

log = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
LONGEST = timedelta(days=1)
# A feed that fails for so long is not read any more.
PATIENCE = timedelta(days=30)
NOTHING = Taken(0, 0, 0)


class FeedFailed(Exception):
    """The feed was not read this time; it is tried again later."""


def check_feed(feed: Feed, *, at: datetime) -> Taken:
    """Read a feed again, and take in what is new. Safe to run again.

    Asks only for what changed. A feed that fails is tried more and more rarely, and given up after
    thirty days, or at once where its host says that it is gone (410).
    """
    try:
        answer = _ask(feed)
        if answer.status == 304:
            _succeeded(feed, answer, at)
            return NOTHING
        read = reading.read_feed(answer)
    except (FetchRefused, reading.NotAFeed, FeedFailed) as refusal:
        log.info("feed %s: %s", feed.pk, refusal)
        _failed(feed, refusal, at)
        return NOTHING
    with transaction.atomic():
        taken = take_entries(feed, read, at=at)
        _succeeded(feed, answer, at)
    return taken


def _ask(feed: Feed) -> Fetched:
    known = {"If-None-Match": feed.etag, "If-Modified-Since": feed.last_modified}
    answer = fetch(
        feed.url,
        accept=reading.ACCEPT,
        headers={name: value for name, value in known.items() if value},
        limits=reading.LIMITS,
    )
    if answer.status == 410:
        feed.state = Feed.State.GONE
    if answer.status in {429, 503}:
        raise _Later(answer)
    return answer


class _Later(FeedFailed):
    """The host asks for patience."""

    def __init__(self, answer: Fetched) -> None:
        super().__init__(f"{answer.url} answers with {answer.status}")
        self.after = answer.headers.get("retry-after", "")


def _succeeded(feed: Feed, answer: Fetched, at: datetime) -> None:
    moved = answer.hops and all(hop.status in {301, 308} for hop in answer.hops)
    taken = Feed.objects.filter(owner=feed.owner_id, url=answer.url).exclude(pk=feed.pk)
    if moved and same_site(answer.url, feed.url) and not taken.exists():
        feed.url = answer.url
    if answer.status == 200:
        feed.etag = answer.headers.get("etag", "")[:300]
        feed.last_modified = answer.headers.get("last-modified", "")[:100]
    feed.checked_at, feed.next_at = at, at + EVERY
    feed.failures, feed.failing_since, feed.refusal = 0, None, ""
    feed.save()


def _failed(feed: Feed, refusal: Exception, at: datetime) -> None:
    feed.failures += 1
    feed.failing_since = feed.failing_since or at
    feed.refusal = str(getattr(refusal, "words", refusal))[:300]
    wait = min(EVERY * 2 ** min(feed.failures - 1, 10), LONGEST)
    if isinstance(refusal, _Later):
        wait = max(wait, _asked_for(refusal.after, at))
    feed.checked_at, feed.next_at = at, at + wait
    if at - feed.failing_since > PATIENCE:
        feed.state = Feed.State.GONE
    feed.save()


def _asked_for(retry_after: str, at: datetime) -> timedelta:
    """`Retry-After`, in seconds or as a date; a day at most."""
    try:
        if retry_after.strip().isdecimal():
            return min(timedelta(seconds=int(retry_after[:9])), LONGEST)
        return min(max(parsedate_to_datetime(retry_after) - at, timedelta(0)), LONGEST)
    except (ValueError, TypeError, OverflowError):
        return timedelta(0)
