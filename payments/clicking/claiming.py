"""A site is proven to be a creator's: what was unclaimed there is theirs from now on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from accounts.visibility import Visibility
from payments.budgets.holding import NoMeans
from payments.clicking.recording import ClickRefused, record_click
from things.models import PendingClick, Thing
from things.sites.models import Site
from things.sites.owning import verify_site


@dataclass(frozen=True)
class Claimed:
    """What became of a site's unclaimed things and of the clicks that waited for them."""

    things: int
    counted: int
    still_waiting: int


def claim_site(site: Site, *, at: datetime) -> Claimed:
    """Take a site as proven; its unclaimed things become the owner's, and clicks count.

    A click that waited counts in the period of the proof, if its subscriber has the means then;
    else it goes on waiting. Safe to run again. Raises SiteTaken (of things.sites.owning).
    """
    with transaction.atomic():
        verify_site(site, at=at)
        prefixes = Q()
        for scheme in ("http", "https"):
            prefixes |= Q(url__startswith=f"{scheme}://{site.host}/")
        unclaimed = Thing.objects.unclaimed().filter(prefixes)
        things = unclaimed.update(owner=site.owner)
    waiting = PendingClick.objects.filter(thing__owner=site.owner).select_related(
        "subscriber", "thing"
    )
    counted = sum(_count(click, at) for click in waiting.order_by("clicked_at", "pk"))
    return Claimed(things=things, counted=counted, still_waiting=waiting.count())


def _count(pending: PendingClick, at: datetime) -> bool:
    """Each in a transaction of its own: one reader without means holds nobody else up."""
    try:
        with transaction.atomic():
            record_click(
                subscriber=pending.subscriber,
                thing=pending.thing,
                at=at,
                visibility=Visibility(pending.visibility),
            )
            pending.delete()
    except (NoMeans, ClickRefused):
        return False
    return True
