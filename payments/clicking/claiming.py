"""It is proven whose a site is, or whom an identifier names: what was unclaimed is theirs now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q

from accounts.models import User
from accounts.visibility import Visibility
from payments.budgets.holding import NoMeans
from payments.clicking.recording import ClickRefused, record_click
from things.models import PendingClick, Thing
from things.partners.identifiers import Name, name_of_address, read_name
from things.partners.models import Identifier, Partner
from things.partners.naming import identifier_for, namespace_of
from things.sites.models import Method, Site
from things.sites.owning import pages_of, verified_site_of, verify_site
from things.webhooks.facts import tell_of_proof


class IdentifierTaken(Exception):
    """It is proven that the identifier names somebody else."""


@dataclass(frozen=True)
class Claimed:
    """What became of unclaimed things and of the clicks that waited for them."""

    things: int
    counted: int
    still_waiting: int


def claim_site(site: Site, *, at: datetime, method: Method = Method.OPERATOR) -> Claimed:
    """Take a site as proven; its unclaimed things become the owner's, and clicks count.

    Things that wait for somebody whom an identifier names are left to them. A click that waited
    counts in the period of the proof, if its subscriber has the means then; else it goes on
    waiting. Safe to run again. Raises SiteTaken (of things.sites.owning).
    """
    with transaction.atomic():
        verify_site(site, at=at, method=method)
        unclaimed = Thing.objects.unclaimed().filter(pages_of(site), attribution=None)
        theirs = [thing.pk for thing in unclaimed.order_by("pk") if _is_nearest(site, thing)]
        things = Thing.objects.unclaimed().filter(pk__in=theirs).update(owner=site.owner)
    return _count_waiting(site.owner, things, at)


def claim_identifier(name: Name, *, creator: User, at: datetime) -> Claimed:
    """Take it as proven whom an identifier names; what waited for them is theirs, and clicks count.

    That it is proven is for the caller to know: an e-mail address by its confirmation, a name by
    the partner whose namespace it is in. The partners who named them are told. The same again
    counts what has come meanwhile. Raises NoSuchNamespace, or IdentifierTaken where another
    creator has proven it; an address that they no longer have is no obstacle.
    """
    namespace = namespace_of(name)
    with transaction.atomic():
        made = identifier_for(name, namespace, at=at)
        identifier = Identifier.objects.select_for_update().get(pk=made.pk)
        news = identifier.owner_id != creator.pk
        if news and not _is_free(identifier):
            raise IdentifierTaken(f"{name.text} is proven to be somebody else")
        if news:
            identifier.owner, identifier.proven_at = creator, at
            identifier.save(update_fields=["owner", "proven_at"])
        waiting = Thing.objects.unclaimed().filter(attribution__identifier=identifier)
        theirs = [thing.pk for thing in waiting.order_by("pk") if _may_own(creator, thing)]
        things = Thing.objects.unclaimed().filter(pk__in=theirs).update(owner=creator)
        if news:
            named = Q(attributions__identifier=identifier) | Q(namespaces__identifiers=identifier)
            told = Partner.objects.filter(named, active=True).distinct()
            tell_of_proof(identifier=identifier, partners=list(told), at=at)
    return _count_waiting(creator, things, at)


def claim_addresses(creator: User, *, at: datetime) -> Claimed:
    """Take what waits for a creator's confirmed addresses; of an address for which nothing does,
    nothing is kept.
    """
    total = Claimed(0, 0, 0)
    for address in confirmed_addresses(creator):
        name = read_name(name_of_address(address))
        if not Identifier.objects.filter(name=name.text).exists():
            continue
        try:
            claimed = claim_identifier(name, creator=creator, at=at)
        except IdentifierTaken:
            continue
        total = Claimed(
            total.things + claimed.things,
            total.counted + claimed.counted,
            claimed.still_waiting,
        )
    return total


def confirmed_addresses(user: User) -> list[str]:
    """The e-mail addresses that are proven to be a user's."""
    confirmed = EmailAddress.objects.filter(user=user, verified=True).order_by("pk")
    return list(confirmed.values_list("email", flat=True))


def _is_free(identifier: Identifier) -> bool:
    """Nobody's, or that of an address which its owner gave up since."""
    if identifier.owner is None:
        return True
    kept = {name_of_address(address) for address in confirmed_addresses(identifier.owner)}
    return identifier.namespace_id is None and identifier.name not in kept


def _may_own(creator: User, thing: Thing) -> bool:
    """Where the page is on a proven site: the creator's, or that of the partner who named them."""
    site = verified_site_of(thing.url)
    if site is None or site.owner_id == creator.pk:
        return True
    partner = thing.attribution.partner
    return partner is not None and partner.user_id == site.owner_id


def _count_waiting(creator: User, things: int, at: datetime) -> Claimed:
    waiting = PendingClick.objects.filter(thing__owner=creator).select_related(
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
