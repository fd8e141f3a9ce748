"""Registering a thing in one's own name, changing it, and withdrawing it."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.models import User
from things.aliases.finding import thing_at
from things.canonical import canonical_url
from things.conduct.tasks import check_soon
from things.models import Thing
from things.sites.owning import verified_site_of

# What somebody reads: a change of it is checked as what is new.
_TEXTS = {"title", "description", "tags"}


class AlreadyRegistered(ValueError):
    """The owner has a thing at the address already: `thing`."""

    def __init__(self, thing: Thing) -> None:
        super().__init__(f"Invalid url: it is registered already, as thing {thing.pk}")
        self.thing = thing


class NotYours(ValueError):
    """The thing belongs to somebody else."""


def register_thing(*, owner: User, url: str, at: datetime, **fields: object) -> Thing:
    """Register a thing. One that its owner has withdrawn comes back with what is said now.

    Raises NotAWebAddress; NotYours if the address is somebody else's or is unclaimed or
    suspended, or is on a site that is proven to be somebody else's; AlreadyRegistered if it is
    the owner's own.
    """
    address = canonical_url(url)
    site = verified_site_of(address)
    if site is not None and site.owner_id != owner.pk:
        raise NotYours("Owner mismatch. The site is proven to be another account's.")
    thing = thing_at(url)
    if thing is None:
        try:
            with transaction.atomic():
                made = Thing.objects.create(url=address, owner=owner, created_at=at, **fields)
                check_soon(made.pk)
                return made
        except IntegrityError:
            # Of two who register at once, one finds what the other made.
            thing = thing_at(url)
            if thing is None:
                raise
    if thing.owner_id != owner.pk or thing.state == Thing.State.SUSPENDED:
        raise NotYours("Owner mismatch. Current thing owned by other account.")
    if thing.state == Thing.State.ACTIVE:
        raise AlreadyRegistered(thing)
    change_thing(thing, at=at, state=Thing.State.ACTIVE, **fields)
    return thing


def change_thing(thing: Thing, *, at: datetime, **fields: object) -> None:
    """Change some of what is said of a thing."""
    for name, value in fields.items():
        setattr(thing, name, value)
    thing.updated_at = at
    thing.save(update_fields=[*fields, "updated_at"])
    if not _TEXTS.isdisjoint(fields):
        check_soon(thing.pk)


def restore_thing(thing: Thing, *, at: datetime) -> None:
    """Let a thing that its owner withdrew be clicked again."""
    if thing.state == Thing.State.WITHDRAWN:
        change_thing(thing, at=at, state=Thing.State.ACTIVE)


def withdraw_thing(thing: Thing, *, at: datetime) -> None:
    """Take a thing out of all lists. Its clicks of the running period still count."""
    change_thing(thing, at=at, state=Thing.State.WITHDRAWN)
