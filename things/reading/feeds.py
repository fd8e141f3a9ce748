"""Reading feeds: RSS, Atom, JSON Feed, and podcasts, which are RSS with more in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import lxml.etree

from accounts.texts import plain_line, plain_text
from things.autosubmit import DESCRIPTION_LENGTH, TAG_LENGTH, TITLE_LENGTH
from things.canonical import canonical_url
from things.catalogue import Category, language_like
from things.fetching.fetcher import Fetched, Limits

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/json;q=0.9,"
    " application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
)
LIMITS = Limits(most_bytes=8 * 1024 * 1024, seconds=20)
MOST_ENTRIES = 1000
MOST_TAGS = 10
GUID_LENGTH = 1000

ATOM = "{http://www.w3.org/2005/Atom}"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
RSS1 = "{http://purl.org/rss/1.0/}"
DC = "{http://purl.org/dc/elements/1.1/}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"

_ENTITY = re.compile(rb"<!ENTITY|<\0!\0E\0N\0T\0I\0T\0Y|\0<\0!\0E\0N\0T\0I\0T\0Y", re.IGNORECASE)

# lxml has no types.
Element = Any


class NotAFeed(ValueError):
    """The answer is no feed that is taken; the message says why."""


class TooManyEntries(NotAFeed):
    """The feed has more entries than a feed of news has."""


@dataclass(frozen=True)
class Entry:
    """One entry: `guid` is what it is known by, `url` the canonical address of its page."""

    guid: str
    url: str
    title: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Feed:
    """A feed: where it was found, what it says of itself, and its entries, first ones first.

    `home` is the page that it says it belongs to. Entries without an address are left out.
    """

    url: str
    title: str = ""
    home: str = ""
    language: str = ""
    category: str = ""
    entries: tuple[Entry, ...] = ()


def read_feed(answer: Fetched) -> Feed:
    """Read an answer. Raises NotAFeed if it is an error or not a feed, TooManyEntries."""
    if answer.status != 200:
        raise NotAFeed(f"{answer.url} answers with {answer.status}")
    body = answer.body.lstrip(b"\xef\xbb\xbf \t\r\n")
    feed = _json(answer.url, body) if body.startswith(b"{") else _xml(answer.url, body)
    if len(feed.entries) > MOST_ENTRIES:
        raise TooManyEntries(f"{len(feed.entries)} entries, more than {MOST_ENTRIES}")
    return feed


def _xml(url: str, body: bytes) -> Feed:
    if _ENTITY.search(body):
        raise NotAFeed("the feed declares entities")
    parser = lxml.etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True
    )
    try:
        root = lxml.etree.fromstring(body, parser)
    except (lxml.etree.LxmlError, ValueError) as refusal:
        raise NotAFeed(f"this is not XML: {refusal}") from refusal
    if root.tag == f"{ATOM}feed":
        return _atom(url, root)
    channel = root.find("channel") if root.tag == "rss" else root.find(f"{RSS1}channel")
    if channel is None or root.tag not in {"rss", f"{RDF}RDF"}:
        raise NotAFeed("this is XML, but neither RSS nor Atom")
    return _rss(url, channel, root)


def _rss(url: str, channel: Element, root: Element) -> Feed:
    items = channel.findall("item") or root.findall(f"{RSS1}item")
    is_podcast = channel.find(f"{ITUNES}author") is not None or any(
        item.find("enclosure") is not None for item in items[:5]
    )
    language = _text(channel, "language", f"{DC}language")
    return Feed(
        url=url,
        title=plain_line(_text(channel, "title", f"{RSS1}title"), most=TITLE_LENGTH),
        home=urljoin(url, _text(channel, "link", f"{RSS1}link").strip()),
        language=language_like(language) if language else "",
        category=Category.AUDIO.value if is_podcast else "",
        entries=tuple(_found(_rss_item(url, item) for item in items)),
    )


def _rss_item(base: str, item: Element) -> Entry | None:
    guid = item.find("guid")
    link = _text(item, "link", f"{RSS1}link") or _self_link(item)
    if not link and guid is not None and guid.get("isPermaLink", "true").lower() == "true":
        link = guid.text or ""
    enclosure = item.find("enclosure")
    if not link.strip() and enclosure is not None:
        link = enclosure.get("url") or ""
    known_by = (guid.text if guid is not None else "") or item.get(f"{RDF}about") or ""
    return _entry(
        base,
        guid=known_by,
        link=link,
        title=_text(item, "title", f"{RSS1}title", f"{ITUNES}title"),
        text=_text(item, "description", f"{RSS1}description", f"{ITUNES}summary"),
        tags=[tag.text or "" for tag in item.findall("category")],
    )


def _self_link(item: Element) -> str:
    links = item.findall(f"{ATOM}link")
    return next((link.get("href") or "" for link in links if _is_page(link)), "")


def _atom(url: str, root: Element) -> Feed:
    base = root.get("{http://www.w3.org/XML/1998/namespace}base") or url
    language = root.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
    home = next((link.get("href") for link in root.findall(f"{ATOM}link") if _is_page(link)), "")
    return Feed(
        url=url,
        title=plain_line(_text(root, f"{ATOM}title"), most=TITLE_LENGTH),
        home=urljoin(url, (home or "").strip()),
        language=language_like(language) if language else "",
        entries=tuple(
            _found(_atom_entry(urljoin(url, base), entry) for entry in root.findall(f"{ATOM}entry"))
        ),
    )


def _atom_entry(base: str, entry: Element) -> Entry | None:
    return _entry(
        base,
        guid=_text(entry, f"{ATOM}id"),
        link=_self_link(entry),
        title=_text(entry, f"{ATOM}title"),
        text=_text(entry, f"{ATOM}summary", f"{ATOM}content"),
        tags=[
            tag.get("label") or tag.get("term") or "" for tag in entry.findall(f"{ATOM}category")
        ],
    )


def _is_page(link: Element) -> bool:
    kind = link.get("type") or "text/html"
    return (link.get("rel") or "alternate") == "alternate" and "html" in kind


def _json(url: str, body: bytes) -> Feed:
    """JSON Feed 1.0 and 1.1."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as refusal:
        raise NotAFeed(f"this is not JSON: {refusal}") from refusal
    items = said.get("items")
    version = str(said.get("version", ""))
    if not version.startswith("https://jsonfeed.org/version/1") or not isinstance(items, list):
        raise NotAFeed("this is JSON, but no JSON Feed")
    language = _word(said.get("language"))
    return Feed(
        url=url,
        title=plain_line(_word(said.get("title")), most=TITLE_LENGTH),
        home=urljoin(url, _word(said.get("home_page_url"))),
        language=language_like(language) if language else "",
        entries=tuple(_found(_json_item(url, item) for item in items if isinstance(item, dict))),
    )


def _json_item(base: str, item: dict[str, Any]) -> Entry | None:
    tags = item.get("tags")
    text = _word(item.get("summary")) or _word(item.get("content_text"))
    return _entry(
        base,
        guid=_word(item.get("id")),
        link=_word(item.get("url")),
        title=_word(item.get("title")),
        text=text or _word(item.get("content_html")),
        tags=[_word(tag) for tag in tags] if isinstance(tags, list) else [],
    )


def _entry(
    base: str, *, guid: str, link: str, title: str, text: str, tags: list[str]
) -> Entry | None:
    try:
        url = canonical_url(urljoin(base, link.strip())) if link.strip() else ""
    except ValueError:  # NotAWebAddress is one, and so is what urljoin raises.
        url = ""
    if not url:
        return None
    named = (plain_line(tag, most=TAG_LENGTH).replace(",", " ") for tag in tags[:MOST_TAGS])
    return Entry(
        guid=(guid.strip() or url)[:GUID_LENGTH].replace("\0", ""),
        url=url,
        title=plain_line(title, most=TITLE_LENGTH),
        description=plain_text(text, most=DESCRIPTION_LENGTH),
        tags=tuple(dict.fromkeys(tag for tag in named if tag)),
    )


def _found(entries: Iterator[Entry | None]) -> Iterator[Entry]:
    """Each once: the same page or the same name again is the same entry."""
    seen: set[str] = set()
    for entry in entries:
        if entry is not None and not {entry.guid, entry.url} & seen:
            seen |= {entry.guid, entry.url}
            yield entry


def _text(element: Element, *names: str) -> str:
    """The text of the first child that has some; of XHTML in it what is written there."""
    for name in names:
        child = element.find(name)
        if child is not None:
            text = "".join(str(part) for part in child.itertext())
            if text.strip():
                return text
    return ""


def _word(value: Any) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""
