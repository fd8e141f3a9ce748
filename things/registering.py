"""Registering a thing in one's own name, changing it, and withdrawing it."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from things.models import Thing


class AlreadyRegistered(ValueError):
    """There is a thing at the address already."""


class NotYours(ValueError):
    """The thing belongs to somebody else."""


def register_thing(*, owner: User, url: str, at: datetime, **fields: object) -> Thing:
    """Register a thing. One that its owner has withdrawn comes back with what is said now.

    Raises NotYours if the address is somebody else's or is unclaimed or suspended,
    AlreadyRegistered if it is the owner's own.
    """
    thing, made = Thing.objects.get_or_create(
        url=url, defaults={"owner": owner, "created_at": at, **fields}
    )
    if made:
        return thing
    if thing.owner_id != owner.pk or thing.state == Thing.State.SUSPENDED:
        raise NotYours("Owner mismatch. Current thing owned by other account.")
    if thing.state == Thing.State.ACTIVE:
        raise AlreadyRegistered(f"Invalid url: it is registered already, as thing {thing.pk}")
    change_thing(thing, at=at, state=Thing.State.ACTIVE, **fields)
    return thing


def change_thing(thing: Thing, *, at: datetime, **fields: object) -> None:
    """Change some of what is said of a thing."""
    for name, value in fields.items():
        setattr(thing, name, value)
    thing.updated_at = at
    thing.save(update_fields=[*fields, "updated_at"])


def withdraw_thing(thing: Thing, *, at: datetime) -> None:
    """Take a thing out of all lists. Its clicks of the running period still count."""
    change_thing(thing, at=at, state=Thing.State.WITHDRAWN)
