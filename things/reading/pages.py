"""What a page says of itself: Open Graph, JSON-LD, title, language, feed, and its own address."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urljoin

import lxml.etree
import lxml.html

from accounts.texts import plain_line, plain_text
from things.addresses import NotAWebAddress, same_site
from things.autosubmit import DESCRIPTION_LENGTH, TAG_LENGTH, TITLE_LENGTH
from things.canonical import canonical_url
from things.catalogue import Category, language_like
from things.fetching.fetcher import Fetched
from things.reading.linked import read_linked

ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
MOST_TAGS = 10
MOST_FEEDS = 5
_HTML = {"text/html", "application/xhtml+xml", ""}
_FEEDS = {"application/rss+xml", "application/atom+xml", "application/feed+json"}
_CHARSET = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""", re.IGNORECASE)
_OF_HEADER = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]+)", re.IGNORECASE)
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>", re.IGNORECASE)
_KINDS = {
    "article": Category.TEXT,
    "book": Category.TEXT,
    "music": Category.AUDIO,
    "video": Category.VIDEO,
    "profile": Category.PEOPLE,
}

# lxml has no types.
Element = Any


class NotAPage(ValueError):
    """The answer is no page that can be read; the message says why."""


@dataclass(frozen=True)
class Page:
    """What a page says of itself. Texts are plain, addresses are whole; empty where it is silent.

    `url` is the page's own address: its canonical one where that is on the same site.
    """

    url: str
    title: str = ""
    description: str = ""
    language: str = ""
    category: str = ""
    tags: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    metas: tuple[tuple[str, str], ...] = ()


def read_page(answer: Fetched) -> Page:
    """Read an answer. Raises NotAPage if it is an error, is no HTML, or cannot be parsed."""
    if answer.status != 200:
        raise NotAPage(f"{answer.url} answers with {answer.status}")
    if answer.media_type not in _HTML:
        raise NotAPage(f"{answer.url} is {answer.media_type}, no page")
    try:
        root = lxml.html.document_fromstring(decoded(answer))
    except (lxml.etree.LxmlError, ValueError, AssertionError) as refusal:
        raise NotAPage(f"{answer.url} cannot be read: {refusal}") from refusal
    return _Reading(root, answer.url).page()


def decoded(answer: Fetched) -> str:
    """The text of an answer: by its header, its own word, else UTF-8 or what Windows wrote."""
    body = answer.body.removeprefix(codecs.BOM_UTF8)
    said = _OF_HEADER.search(answer.headers.get("content-type", ""))
    inside = _CHARSET.search(body[:4096])
    names = [said[1] if said else "", inside[1].decode() if inside else "", "utf-8"]
    for name in filter(None, names):
        try:
            text = body.decode(name)
        except (LookupError, UnicodeError, ValueError):
            continue
        return _DECLARATION.sub("", text.replace("\0", ""))
    return _DECLARATION.sub("", body.decode("cp1252", "replace").replace("\0", ""))


class _Reading:
    """One page while it is read."""

    def __init__(self, root: Element, url: str) -> None:
        self._root = root
        self._url = url
        self._metas = [
            (str(meta.get("property") or meta.get("name") or "").strip().lower(), str(text))
            for meta in root.iter("meta")
            if (text := meta.get("content"))
        ]
        self._links = [
            (str(link.get("rel", "")).lower().split(), str(link.get("type", "")).lower(), href)
            for link in root.iter("link", "a")
            if (href := self._whole(link.get("href"))) and link.get("rel")
        ]
        self._linked = read_linked(self._scripts())

    def page(self) -> Page:
        line = partial(plain_line, most=TITLE_LENGTH)
        return Page(
            url=self._own_address(),
            title=line(self._first("og:title", self._linked.title, "twitter:title", self._title())),
            description=plain_text(
                self._first("og:description", self._linked.description, "description"),
                most=DESCRIPTION_LENGTH,
            ),
            language=self._language(),
            category=self._category(),
            tags=self._tags(),
            feeds=tuple(self._feeds())[:MOST_FEEDS],
            links=tuple((rel, href) for rels, _, href in self._links for rel in rels),
            metas=tuple(self._metas),
        )

    def _first(self, *sources: str) -> str:
        """The first that is there: of a meta's name its text, else the text itself."""
        known = dict(reversed(self._metas))
        named = {"og:title", "twitter:title", "og:description", "description"}
        texts = (known.get(source, "") if source in named else source for source in sources)
        return next((text for text in texts if text.strip()), "")

    def _meta(self, name: str) -> str:
        return next((text for known, text in self._metas if known == name), "")

    def _title(self) -> str:
        return next((element.text_content() for element in self._root.iter("title")), "")

    def _own_address(self) -> str:
        """Its canonical address, else that of Open Graph; only within the site that answered."""
        said = [href for rels, _, href in self._links if "canonical" in rels]
        for address in [*said, self._whole(self._meta("og:url"))]:
            try:
                if address and same_site(address, self._url):
                    return canonical_url(address)
            except NotAWebAddress:
                continue
        return canonical_url(self._url)

    def _language(self) -> str:
        said = self._root.get("lang") or self._meta("og:locale") or self._linked.language
        return language_like(said) if said else ""

    def _category(self) -> str:
        kind = self._meta("og:type").partition(".")[0].strip().lower()
        return str(self._linked.category or _KINDS.get(kind, ""))

    def _tags(self) -> tuple[str, ...]:
        said = [text for name, text in self._metas if name == "article:tag"]
        said = said or list(self._linked.tags) or self._meta("keywords").split(",")
        tags = (plain_line(tag, most=TAG_LENGTH) for tag in said)
        return tuple(dict.fromkeys(tag for tag in tags if tag and "," not in tag))[:MOST_TAGS]

    def _feeds(self) -> Iterable[str]:
        for rels, media_type, href in self._links:
            if "alternate" in rels and media_type in _FEEDS:
                yield href

    def _whole(self, address: str | None) -> str:
        try:
            return urljoin(self._url, (address or "").strip()) if address else ""
        except ValueError:
            return ""

    def _scripts(self) -> list[str]:
        return [
            script.text or ""
            for script in self._root.iter("script")
            if str(script.get("type", "")).strip().lower() == "application/ld+json"
        ]
