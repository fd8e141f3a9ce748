"""A button or link names an identifier as the owner of its page: who that is, if it is known.

Note [Who may name whom]. What a link says proves nothing, of an identifier as little as of a user
name (docs/decisions/auto-submit.md). So the same holds: on a site that is proven to be somebody's,
only they may be named; a partner whose own site it is names the people of its own namespaces, and
people by the hash of their address.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from things.models import Thing
from things.partners.identifiers import Name, NotAnIdentifier, read_name
from things.partners.models import Attribution, Identifier, Namespace, Partner
from things.sites.owning import verified_site_of


class NoSuchNamespace(NotAnIdentifier):
    """No partner may speak for the namespace."""


class NamedOnOthersSite(ValueError):
    """The page is on a site that is proven to be somebody else's."""


@dataclass(frozen=True)
class Named:
    """Whom an identifier names: `owner` where that is proven. `partner` is told of clicks."""

    name: Name
    namespace: Namespace | None
    owner: User | None
    partner: Partner | None


def named_by(text: str, *, url: str) -> Named:
    """Whom an identifier names for a page. At most three queries.

    Raises NotAnIdentifier (NoSuchNamespace where nobody speaks for it), or NamedOnOthersSite.
    """
    name = read_name(text)
    namespace = namespace_of(name)
    owner = _owner_of(name)
    site = verified_site_of(url)
    host = None if site is None else Partner.objects.filter(user=site.owner, active=True).first()
    speaks = host if namespace is None else namespace.partner
    if site is not None and site.owner != owner and (host is None or host != speaks):
        raise NamedOnOthersSite(f"{site} is proven to be another account's")
    return Named(name, namespace, owner, speaks)


def namespace_of(name: Name) -> Namespace | None:
    """The namespace of an identifier; None for an e-mail address. Raises NoSuchNamespace."""
    if not name.namespace:
        return None
    spaces = Namespace.objects.select_related("partner").filter(partner__active=True)
    namespace = spaces.filter(name=name.namespace).first()
    if namespace is None:
        raise NoSuchNamespace(f"nobody speaks for “{name.namespace}” here")
    return namespace


def is_named(text: str, thing: Thing) -> bool:
    """Whether an identifier is the one that a thing waits for, or one of its owner's."""
    try:
        name = read_name(text)
    except NotAnIdentifier:
        return False
    found = Identifier.objects.filter(name=name.text)
    if thing.owner_id is not None and found.filter(owner=thing.owner_id).exists():
        return True
    return Attribution.objects.filter(thing=thing, identifier__in=found).exists()


def identifier_for(name: Name, namespace: Namespace | None, *, at: datetime) -> Identifier:
    """The identifier of a name, made where it is new."""
    identifier, _ = Identifier.objects.get_or_create(
        name=name.text, defaults={"namespace": namespace, "made_at": at}
    )
    return identifier


def attribute(thing: Thing, named: Named, *, at: datetime) -> None:
    """Let a thing that nobody owns wait for whom an identifier names. The first name stays.

    Belongs into the transaction that makes the thing. Locks the identifier's row: a proof of it
    that comes at once either finds the thing, or is found here.
    """
    made = identifier_for(named.name, named.namespace, at=at)
    identifier = Identifier.objects.select_for_update().get(pk=made.pk)
    if identifier.owner_id is not None:
        Thing.objects.filter(pk=thing.pk, owner=None).update(owner=identifier.owner_id)
    Attribution.objects.get_or_create(
        thing=thing, defaults={"identifier": identifier, "partner": named.partner}
    )


def give_up_identifier(identifier: Identifier) -> None:
    """Take it as no longer proven whom an identifier names. Things keep their owner."""
    Identifier.objects.filter(pk=identifier.pk).update(owner=None, proven_at=None)


def _owner_of(name: Name) -> User | None:
    identifier = Identifier.objects.select_related("owner").filter(name=name.text).first()
    return None if identifier is None else identifier.owner
