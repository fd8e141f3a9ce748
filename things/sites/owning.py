"""Asking for a site, proving it, and who may frame a creator's buttons."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.models import User
from things.addresses import NotAWebAddress, host_of, tidy_url
from things.sites.models import PATH_LENGTH, Method, Site


class SiteTaken(Exception):
    """The site is proven to be somebody else's."""


def ask_for_site(*, creator: User, address: str, at: datetime) -> Site:
    """Note that a creator says a site is theirs; the same again changes nothing.

    `address` is a host, for all that is on it, or the address of a page, for that and what is below
    it. Raises NotAWebAddress if it is neither.
    """
    whole = tidy_url(address if "://" in address else f"https://{address}")
    path = urlsplit(whole).path.rstrip("/")
    if len(path) > PATH_LENGTH:
        raise NotAWebAddress(f"the path is longer than {PATH_LENGTH} characters")
    site, _ = Site.objects.get_or_create(
        host=host_of(whole), path=path, owner=creator, defaults={"asked_at": at, "next_at": at}
    )
    return site


def verify_site(site: Site, *, at: datetime, method: Method = Method.OPERATOR) -> None:
    """Take a site as proven. Raises SiteTaken if another owner of it is."""
    try:
        with transaction.atomic():
            Site.objects.filter(pk=site.pk, verified_at=None).update(
                verified_at=at, method=method, contested_at=None, failing_since=None
            )
    except IntegrityError as refusal:
        raise SiteTaken(f"{site.host} is somebody else's") from refusal
    site.refresh_from_db()


def verified_site_of(url: str) -> Site | None:
    """The proven site that a page is on, with its owner; of several the nearest. One query."""
    proven = Site.objects.verified().select_related("owner").filter(host=host_of(url))
    covering = [site for site in proven if covers(site, url)]
    return max(covering, key=lambda site: len(site.path), default=None)


def covers(site: Site, url: str) -> bool:
    """Whether a page of the site's host is the site's own page, or below it."""
    path = urlsplit(tidy_url(url)).path.rstrip("/")
    return path == site.path or path.startswith(f"{site.path}/")


def pages_of(site: Site) -> Q:
    """The things on a site, by the beginnings of their addresses."""
    found = Q()
    for scheme in ("http", "https"):
        start = f"{scheme}://{site.host}{site.path}"
        found |= Q(url=start) | Q(url__startswith=f"{start}/") | Q(url__startswith=f"{start}?")
    return found


def framing_origins(owner_id: int) -> tuple[str, ...]:
    """The origins whose pages may frame a creator's buttons, in order. One query.

    A page without TLS may: its frame has no secure context, so the browser keeps it from being
    connected, and each click is confirmed in the popup.
    """
    hosts = Site.objects.verified().filter(owner=owner_id, path="").order_by("host")
    names = list(hosts.values_list("host", flat=True)[: settings.FRAMING_SITES])
    return tuple(f"{scheme}://{host}" for host in names for scheme in ("https", "http"))
