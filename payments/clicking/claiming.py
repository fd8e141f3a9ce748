"""A site is proven to be a creator's: what was unclaimed there is theirs from now on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.visibility import Visibility
from payments.budgets.holding import NoMeans
from payments.clicking.recording import ClickRefused, record_click
from things.models import PendingClick, Thing
from things.sites.models import Method, Site
from things.sites.owning import pages_of, verified_site_of, verify_site


@dataclass(frozen=True)
class Claimed:
    """What became of a site's unclaimed things and of the clicks that waited for them."""

    things: int
    counted: int
    still_waiting: int


def claim_site(site: Site, *, at: datetime, method: Method = Method.OPERATOR) -> Claimed:
    """Take a site as proven; its unclaimed things become the owner's, and clicks count.

    A click that waited counts in the period of the proof, if its subscriber has the means then;
    else it goes on waiting. Safe to run again. Raises SiteTaken (of things.sites.owning).
    """
    with transaction.atomic():
        verify_site(site, at=at, method=method)
        unclaimed = Thing.objects.unclaimed().filter(pages_of(site)).order_by("pk")
        theirs = [thing.pk for thing in unclaimed if _is_nearest(site, thing)]
        things = Thing.objects.unclaimed().filter(pk__in=theirs).update(owner=site.owner)
    waiting = PendingClick.objects.filter(thing__owner=site.owner).select_related(
        "subscriber", "thing"
    )
    counted = sum(_count(click, at) for click in waiting.order_by("clicked_at", "pk"))
    return Claimed(things=things, counted=counted, still_waiting=waiting.count())


def _is_nearest(site: Site, thing: Thing) -> bool:
    """A page below the site may be proven to be somebody else's."""
    nearest = verified_site_of(thing.url)
    return nearest is None or nearest.owner_id == site.owner_id


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
