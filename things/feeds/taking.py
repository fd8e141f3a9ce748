"""What a feed brings becomes things: new entries are registered, moved ones move."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import User
from things.addresses import NotAWebAddress, host_of
from things.aliases.moving import move_thing
from things.canonical import address_key
from things.feeds.models import Feed, FeedEntry
from things.models import Thing
from things.reading import feeds as reading
from things.registering import AlreadyRegistered, NotYours, register_thing


class FeedKnown(ValueError):
    """The creator has registered the feed already."""


@dataclass(frozen=True)
class Taken:
    """What became of the entries: things that are new, that moved, and entries left aside."""

    registered: int
    moved: int
    left: int


@dataclass(frozen=True)
class Filing:
    """What is said of each thing that comes in by a feed."""

    category: str
    language: str
    tags: tuple[str, ...] = ()
    hidden: bool = False


def register_feed(
    *,
    owner: User,
    read: reading.Feed,
    hosts: list[str],
    filing: Filing,
    with_entries: bool,
    at: datetime,
) -> tuple[Feed, Taken]:
    """Register a feed as it was read, and its entries, or only those that come from now on.

    `hosts` are those whose pages the creator says are theirs; entries that lead elsewhere never
    become things. All of it or nothing. Raises FeedKnown.
    """
    with transaction.atomic():
        feed, made = Feed.objects.get_or_create(
            owner=owner,
            url=read.url,
            defaults={
                "title": read.title,
                "hosts": hosts,
                "category": filing.category,
                "language": filing.language,
                "tags": list(filing.tags),
                "hidden": filing.hidden,
                "made_at": at,
                "checked_at": at,
                "next_at": at,
            },
        )
        if not made and feed.state == Feed.State.READ:
            raise FeedKnown(f"{read.url} is registered already")
        if not made:
            feed.state, feed.hosts, feed.next_at = Feed.State.READ, hosts, at
            feed.save(update_fields=["state", "hosts", "next_at"])
        return feed, take_entries(feed, read, at=at, with_entries=with_entries)


def take_entries(
    feed: Feed, read: reading.Feed, *, at: datetime, with_entries: bool = True
) -> Taken:
    """Take in what a feed has now, oldest entries first. Safe to run again.

    Without `with_entries` they are only remembered as seen. An entry whose page is somebody
    else's, or on another host than the feed's, is left aside.
    """
    seen = {bytes(entry.guid_sha256): entry for entry in feed.entries.select_related("thing")}
    counts = {"registered": 0, "moved": 0, "left": 0, "known": 0}
    for entry in reversed(read.entries):
        guid = hashlib.sha256(entry.guid.encode(errors="replace")).digest()
        if guid in seen:
            counts[_follow(feed, seen[guid], entry, at)] += 1
            continue
        thing, became = _register(feed, entry, at) if with_entries else (None, "left")
        FeedEntry.objects.create(feed=feed, guid_sha256=guid, thing=thing, seen_at=at)
        counts[became] += 1
    return Taken(counts["registered"], counts["moved"], counts["left"])


def _register(feed: Feed, entry: reading.Entry, at: datetime) -> tuple[Thing | None, str]:
    if host_of(entry.url) not in feed.hosts:
        return None, "left"
    try:
        thing = register_thing(
            owner=feed.owner,
            url=entry.url,
            at=at,
            title=entry.title,
            description=entry.description,
            category=feed.category,
            language=feed.language,
            tags=list(dict.fromkeys([*feed.tags, *entry.tags]))[:50],
            hidden=feed.hidden,
        )
    except AlreadyRegistered as known:
        return known.thing, "known"
    except (NotYours, NotAWebAddress):
        return None, "left"
    return thing, "registered"


def _follow(feed: Feed, seen: FeedEntry, entry: reading.Entry, at: datetime) -> str:
    """An entry that was seen: where its page has another address now, its thing moves there."""
    thing = seen.thing
    if thing is None or thing.merged_into_id is not None or host_of(entry.url) not in feed.hosts:
        return "known"
    if thing.owner_id != feed.owner_id or bytes(thing.key or b"") == address_key(entry.url):
        return "known"
    try:
        move_thing(thing, url=entry.url, at=at)
    except (NotYours, AlreadyRegistered, NotAWebAddress):
        return "known"
    return "moved"
