"""Suspending a thing and restoring it, with a reason that its owner reads."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.conduct.suspending import AlreadySuspended, NotSuspended, SuspensionRefused
from accounts.conduct.telling import Decision, tell_of_decision
from accounts.models import User
from things.models import Thing


class Merged(SuspensionRefused):
    """It is a part of another thing, which is the one to suspend."""


def suspend_thing(*, thing: Thing, reason: str, by: User, at: datetime) -> Thing:
    """From now on it cannot be clicked, and month ends pass over it. Its owner is told why.

    Raises AlreadySuspended or Merged. Locks the row, so that one mail is sent.
    """
    with transaction.atomic():
        locked = _lock(thing)
        if locked.state == Thing.State.SUSPENDED:
            raise AlreadySuspended(f"{locked.url} is suspended already")
        return _change(locked, Thing.State.SUSPENDED, reason, by, at)


def restore_thing(*, thing: Thing, reason: str, by: User, at: datetime) -> Thing:
    """From now on it can be clicked again. Its owner is told so.

    Raises NotSuspended or Merged. Locks the row, so that one mail is sent.
    """
    with transaction.atomic():
        locked = _lock(thing)
        if locked.state != Thing.State.SUSPENDED:
            raise NotSuspended(f"{locked.url} is not suspended")
        return _change(locked, Thing.State.ACTIVE, reason, by, at)


def _lock(thing: Thing) -> Thing:
    locked = Thing.objects.select_for_update(no_key=True).get(pk=thing.pk)
    if locked.state == Thing.State.MERGED:
        raise Merged(f"{locked.url} is merged into another thing")
    return locked


def _change(thing: Thing, state: Thing.State, reason: str, by: User, at: datetime) -> Thing:
    suspended = state == Thing.State.SUSPENDED
    thing.state, thing.updated_at = state, at
    thing.suspension_reason = reason if suspended else ""
    thing.save(update_fields=["state", "suspension_reason", "updated_at"])
    if thing.owner is not None and thing.owner != by:
        tell_of_decision(
            to=thing.owner,
            decision=Decision.THING_SUSPENDED if suspended else Decision.THING_RESTORED,
            reason=reason,
            at=at,
            subject=f"thing:{thing.pk}",
            called=str(thing),
        )
    return thing
