"""Asking for a site, proving it, and who may frame a creator's buttons."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.models import User
from things.addresses import host_of
from things.sites.models import Site


class SiteTaken(Exception):
    """The site is proven to be somebody else's."""


def ask_for_site(*, creator: User, address: str, at: datetime) -> Site:
    """Note that a creator says a site is theirs; the same again changes nothing.

    `address` is a host or any address on it. Raises NotAWebAddress if it is neither.
    """
    host = host_of(address if "://" in address else f"https://{address}")
    site, _ = Site.objects.get_or_create(host=host, owner=creator, defaults={"asked_at": at})
    return site


def verify_site(site: Site, *, at: datetime) -> None:
    """Take a site as proven. Raises SiteTaken if another owner of it is."""
    try:
        with transaction.atomic():
            Site.objects.filter(pk=site.pk, verified_at=None).update(verified_at=at)
    except IntegrityError as refusal:
        raise SiteTaken(f"{site.host} is somebody else's") from refusal
    site.refresh_from_db()


def verified_site_of(host: str) -> Site | None:
    """The site of a host with its owner, if it is proven whose it is."""
    return Site.objects.verified().select_related("owner").filter(host=host).first()


def framing_origins(owner_id: int) -> tuple[str, ...]:
    """The origins whose pages may frame a creator's buttons, in order. One query.

    A page without TLS may: its frame has no secure context, so the browser keeps it from being
    connected, and each click is confirmed in the popup.
    """
    hosts = Site.objects.verified().filter(owner=owner_id).order_by("host")
    names = list(hosts.values_list("host", flat=True)[: settings.FRAMING_SITES])
    return tuple(f"{scheme}://{host}" for host in names for scheme in ("https", "http"))
