"""Activity Streams: `.as` and `.atom`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

from django.conf import settings
from django.utils import timezone
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from accounts.api.formats import STREAM, Json, printable_in_xml
from accounts.models import User
from things.models import Thing

_ATOM = "http://www.w3.org/2005/Atom"
_VERBS = {"like": "flattred", "share": "submitted"}


class Stream(Json):
    """`.as`, and JSON where there is no other."""

    media_type = STREAM
    format = "as"


class StreamAsJson(Stream):
    """What clients get that ask activities for plain JSON: the same, under its own name."""

    media_type = "application/json"
    format = "as"


class Atom(BaseRenderer):
    """`.atom`: an entry for each activity."""

    media_type = "application/atom+xml"
    format = "atom"
    charset = "utf-8"

    def render(self, data: Any, media_type: object = None, context: Any = None) -> bytes:
        """The feed; an error as a feed without entries that says it."""
        address = context["request"].build_absolute_uri()
        feed = ET.Element("feed", xmlns=_ATOM)
        items = data.get("items", []) if isinstance(data, Mapping) else []
        _add(feed, "id", address)
        _add(feed, "title", settings.SITE_NAME if items else data.get("error_description", ""))
        latest = items[0]["published"] if items else timezone.now().isoformat(timespec="seconds")
        _add(feed, "updated", latest)
        for item in items:
            _add_entry(feed, item)
        return bytes(ET.tostring(feed, encoding="utf-8", xml_declaration=True))


def present_activity(
    *, actor: User, verb: str, thing: Thing, at: datetime, request: Request
) -> dict[str, Any]:
    """Somebody did something with a thing, in the order of fields that Flattr had."""
    when = timezone.localtime(at)
    name = "flattr" if verb == "like" else "thing"
    return {
        "published": when.isoformat(timespec="seconds"),
        "title": f'{actor.username} {_VERBS[verb]} "{thing.title or thing.url}"',
        "actor": {
            "displayName": actor.get_full_name(),
            "url": request.build_absolute_uri(f"/profile/{actor.username}"),
            "objectType": "person",
        },
        "verb": verb,
        "object": {
            "displayName": thing.title,
            "url": request.build_absolute_uri(f"/thing/{thing.pk}"),
            "objectType": "bookmark",
        },
        "id": f"tag:{settings.SITE_HOST},{when.date()}:{actor.username}/{name}/{thing.pk}",
    }


def _add_entry(feed: ET.Element, item: Mapping[str, Any]) -> None:
    entry = ET.SubElement(feed, "entry")
    for name, text in {
        "id": item["id"],
        "title": item["title"],
        "updated": item["published"],
        "published": item["published"],
    }.items():
        _add(entry, name, text)
    author = ET.SubElement(entry, "author")
    _add(author, "name", item["actor"]["displayName"])
    _add(author, "uri", item["actor"]["url"])
    ET.SubElement(entry, "link", rel="alternate", href=item["object"]["url"])


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = printable_in_xml(text)
