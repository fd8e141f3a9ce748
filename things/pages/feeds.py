"""Things as Atom and as an Activity Streams collection, the shapes that Flattr had."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.utils.xmlutils import SimplerXMLGenerator

from things.clicks import ListedClick
from things.models import Thing


@dataclass(frozen=True)
class Feed:
    """What a feed is called and where its page is."""

    title: str
    path: str


class _AtomWithPayment(Atom1Feed):
    """Atom whose entries say where one gives: a registered relation that readers look for."""

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement(
            "link", "", {"rel": "payment", "type": "text/html", "href": item["payment"]}
        )


def as_atom(feed: Feed, things: Iterable[Thing]) -> HttpResponse:
    """The things as an Atom feed. RFC 4287; `rel="payment"` as of RFC 5988."""
    atom = _AtomWithPayment(
        title=feed.title, link=settings.SITE_URL + feed.path, description="", feed_url=None
    )
    for thing in things:
        atom.add_item(
            title=str(thing),
            link=thing.url,
            description=thing.description,
            unique_id=_address(thing),
            pubdate=thing.created_at,
            updateddate=thing.updated_at or thing.created_at,
            author_name=thing.owner.get_full_name() if thing.owner else None,
            categories=tuple(thing.tags),
            payment=_address(thing),
        )
    return HttpResponse(atom.writeString("utf-8"), content_type="application/atom+xml")


def clicks_as_atom(feed: Feed, clicks: Iterable[ListedClick]) -> HttpResponse:
    """Who gave to what, as an Atom feed; the caller chooses what the public may know."""
    atom = Atom1Feed(
        title=feed.title, link=settings.SITE_URL + feed.path, description="", feed_url=None
    )
    for click in clicks:
        giver, page = click.subscriber.get_full_name(), _address(click.thing)
        atom.add_item(
            title=_("%(name)s gave to “%(title)s”") % {"name": giver, "title": click.thing},
            link=page,
            description="",
            unique_id=f"{page}#{click.subscriber.username}-{int(click.clicked_at.timestamp())}",
            pubdate=click.clicked_at,
            updateddate=click.clicked_at,
            author_name=giver,
        )
    return HttpResponse(atom.writeString("utf-8"), content_type="application/atom+xml")


def as_stream(things: Iterable[Thing]) -> JsonResponse:
    """The things as JSON Activity Streams 1.0."""
    items = [_activity(thing) for thing in things]
    return JsonResponse({"items": items}, content_type="application/stream+json")


def _activity(thing: Thing) -> dict[str, object]:
    activity: dict[str, object] = {
        "published": _written(thing.created_at),
        "title": str(thing),
        "verb": "post",
        "object": {"displayName": str(thing), "url": thing.url, "objectType": "bookmark"},
        "target": {"displayName": settings.SITE_NAME, "url": _address(thing)},
        "id": _address(thing),
    }
    if thing.owner is not None:
        activity["actor"] = {
            "displayName": thing.owner.get_full_name(),
            "url": settings.SITE_URL + reverse("creator", args=[thing.owner.username]),
            "objectType": "person",
        }
    return activity


def _address(thing: Thing) -> str:
    return f"{settings.SITE_URL}{reverse('thing', args=[thing.pk])}"


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
