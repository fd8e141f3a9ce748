"""Looking for the proof that a site is a creator's: on its pages, beside them, and in the DNS.

Each proof names the creator by the six characters that stand for them, or leads to their profile.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.models import User
from accounts.public_ids import public_id
from things.addresses import NotAWebAddress, same_site
from things.canonical import address_key
from things.fetching import network as networks
from things.fetching.fetcher import Fetched, Limits, fetch
from things.fetching.refusals import FetchRefused, Unreachable
from things.reading import pages
from things.sites.models import Method, Site

LIMITS = Limits(most_bytes=1024 * 1024, seconds=5)
FILE = "/.well-known/obole.json"
TAGS = frozenset({"obole:id", "flattr:id"})
RECORD = "obole-id="
MOST_CREATORS = 100


@dataclass(frozen=True)
class Looked:
    """What was found: the proof, or None; and what was seen on the way, for the creator to read."""

    method: Method | None
    seen: tuple[str, ...] = ()


def look_for_proof(site: Site) -> Looked:
    """Look for a proof of a site, the one that it has first. Never raises what a host does.

    A whole host is proven by its first page, by a file or by a record; a page by itself only.
    """
    ways = {Method.META: _on_page, Method.REL_ME: _on_page}
    if not site.path:
        ways = {Method.DNS: _in_dns, Method.WELL_KNOWN: _in_file} | ways
    order = sorted(ways, key=lambda method: method != site.method)
    seen: list[str] = []
    for look in dict.fromkeys(ways[method] for method in order):
        try:
            found = look(site)
        except (FetchRefused, pages.NotAPage, NotAWebAddress) as refusal:
            seen.append(str(refusal))
        else:
            if found is not None:
                return Looked(found, tuple(seen))
    return Looked(None, tuple(seen))


def profile_of(creator: User) -> str:
    """The address of a creator's public page, to which a `rel="me"` link leads."""
    return settings.SITE_URL + reverse("creator", args=[creator.username])


def _on_page(site: Site) -> Method | None:
    """A tag with the identifier, or a link to the profile that says that it is the same person."""
    answer = _fetched(site, site.path or "/", pages.ACCEPT)
    page = pages.read_page(answer)
    identifier = public_id(site.owner_id)
    if any(name in TAGS and text.strip() == identifier for name, text in page.metas):
        return Method.META
    profile = address_key(profile_of(site.owner))
    for rel, href in page.links:
        if rel == "me" and _key(href) == profile:
            return Method.REL_ME
    return None


def _in_file(site: Site) -> Method | None:
    """`{"creators": ["ab12cd"]}`."""
    answer = _fetched(site, FILE, "application/json")
    if answer.status != 200:
        return None
    try:
        said: Any = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    creators = said.get("creators") if isinstance(said, dict) else None
    listed = creators[:MOST_CREATORS] if isinstance(creators, list) else []
    return Method.WELL_KNOWN if public_id(site.owner_id) in listed else None


def _in_dns(site: Site) -> Method | None:
    """A TXT record `obole-id=ab12cd` of the host, or of `_obole` below it."""
    if ":" in site.host:
        return None
    wanted = f"{RECORD}{public_id(site.owner_id)}"
    for name in (f"_obole.{site.host}", site.host):
        texts = networks.INTERNET.texts(name, LIMITS.seconds)
        if any(text.strip().strip('"') == wanted for text in texts):
            return Method.DNS
    return None


def _fetched(site: Site, path: str, accept: str) -> Fetched:
    """By https, else http; where a redirect leads to another site there is no proof.

    Raises a FetchRefused.
    """
    try:
        answer = fetch(f"https://{site.host}{path}", accept=accept, limits=LIMITS)
    except Unreachable:
        answer = fetch(f"http://{site.host}{path}", accept=accept, limits=LIMITS)
    if not same_site(answer.url, f"https://{site.host}/"):
        raise FetchRefused(f"{site.host} leads to {answer.url}")
    return answer


def _key(href: str) -> bytes | None:
    try:
        return address_key(href)
    except NotAWebAddress:
        return None
