"""A page has a new address: its thing goes along, and is still found by the old one."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from things.addresses import same_site
from things.aliases.finding import thing_at
from things.aliases.models import Alias
from things.canonical import address_key, canonical_url
from things.models import Thing
from things.registering import AlreadyRegistered, NotYours
from things.sites.owning import verified_site_of


def move_thing(thing: Thing, *, url: str, at: datetime) -> None:
    """Give a thing the address that its page has now; the one that it had goes on finding it.

    Locks the thing's row. Raises NotAWebAddress, NotYours where the page or its site is somebody
    else's, and AlreadyRegistered where it is another thing of the same owner: those are merged.
    """
    address = canonical_url(url)
    with transaction.atomic():
        moved = Thing.objects.select_for_update().get(pk=thing.pk)
        _check_free(moved, address)
        former, former_key = moved.url, moved.key
        Alias.objects.filter(thing=moved, key=address_key(address)).delete()
        moved.url, moved.updated_at = address, at
        moved.save(update_fields=["url", "key", "updated_at"])
        if former_key not in (None, moved.key):
            Alias.objects.create(key=former_key, url=former, thing=moved, made_at=at)
    thing.refresh_from_db()


def add_alias(thing: Thing, *, url: str, at: datetime) -> bool:
    """Let another address on the same site find a thing. False where it does so already.

    What a page says of itself (`rel=canonical`) or where it leads to (a redirect) is believed
    within its own site only: no page may name another site's thing as its own. Raises NotYours
    for another site's address, or where another thing is at it.
    """
    if not same_site(url, thing.url):
        raise NotYours(f"{url} is not on the site of {thing.url}")
    found = thing_at(url)
    if found is not None and found.pk != thing.pk:
        raise NotYours(f"{url} is another thing's")
    key = address_key(url)
    if key == thing.key:
        return False
    _, made = Alias.objects.get_or_create(
        key=key, defaults={"url": url, "thing": thing, "made_at": at}
    )
    return made


def _check_free(thing: Thing, address: str) -> None:
    site = verified_site_of(address)
    if site is not None and site.owner_id != thing.owner_id:
        raise NotYours(f"{site.host} is proven to be somebody else's")
    found = thing_at(address)
    if found is None or found.pk == thing.pk:
        return
    if found.owner_id != thing.owner_id:
        raise NotYours("Owner mismatch. Current thing owned by other account.")
    raise AlreadyRegistered(found)
