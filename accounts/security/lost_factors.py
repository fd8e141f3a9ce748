"""Letting somebody in again who lost their authenticator, their passkeys and their codes.

Who talks one of the staff into it would hold the account, so it takes two of them, and the person
is told when it is asked for and when it is done.
"""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction

from accounts.mail.kinds import Kind
from accounts.mail.queueing import queue_mail
from accounts.models import FactorRemoval, User
from accounts.security.sessions import end_all_ways_in


class CannotRemoveFactors(Exception):
    """The second factors stay; each reason is a class of its own."""


class NoFactors(CannotRemoveFactors):
    """There are none."""


class AlreadyAsked(CannotRemoveFactors):
    """It was asked for before, and waits for somebody to do it."""


class NotAsked(CannotRemoveFactors):
    """Nobody asked for it, or it is done."""


class SamePerson(CannotRemoveFactors):
    """Who asked for it cannot do it."""


class OnlyBySuperusers(CannotRemoveFactors):
    """Those of the staff are removed by superusers alone."""


def ask_to_remove_factors(
    *, user: User, by: User | None, reason: str, at: datetime
) -> FactorRemoval:
    """Ask for the removal of all second factors of a user, recovery codes too.

    `by` is None where the host asks by a command. Raises NoFactors, AlreadyAsked or
    OnlyBySuperusers. The user is told by mail.
    """
    with transaction.atomic():
        # Against a second one who asks at the same time.
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        _check_rank(user, by)
        if not Authenticator.objects.filter(user=user).exists():
            raise NoFactors(f"{user.username} has no second factors")
        if FactorRemoval.objects.open().filter(user=user).exists():
            raise AlreadyAsked(f"the removal for {user.username} was asked for already")
        removal = FactorRemoval.objects.create(user=user, asked_by=by, reason=reason, asked_at=at)
        _tell(removal, "removal_asked", at)
    return removal


def remove_factors(*, user: User, by: User | None, at: datetime) -> FactorRemoval:
    """Remove all second factors of a user, as was asked for by somebody else, and end all sessions.

    Raises NotAsked, SamePerson or OnlyBySuperusers. The user is told by mail.
    """
    with transaction.atomic():
        waiting = FactorRemoval.objects.open().select_for_update(no_key=True, of=["self"])
        removal = waiting.select_related("user").filter(user=user).first()
        if removal is None:
            raise NotAsked(f"nobody asked for the removal for {user.username}")
        if by is not None and by.pk == removal.asked_by_id:
            raise SamePerson(f"{by.username} asked for it, so somebody else does it")
        _check_rank(user, by)
        Authenticator.objects.filter(user=user).delete()
        end_all_ways_in(removal.user)
        removal.done_by, removal.done_at = by, at
        removal.save(update_fields=["done_by", "done_at"])
        _tell(removal, "all_removed", at)
    return removal


def drop_removal(*, user: User) -> None:
    """Let what was asked for be. Raises NotAsked."""
    if not FactorRemoval.objects.open().filter(user=user).delete()[0]:
        raise NotAsked(f"nobody asked for the removal for {user.username}")


def _check_rank(user: User, by: User | None) -> None:
    if by is not None and user.is_staff and not by.is_superuser:
        raise OnlyBySuperusers(
            f"{user.username} works for the site, and {by.username} is no superuser"
        )


def _tell(removal: FactorRemoval, what: str, at: datetime) -> None:
    queue_mail(
        to=removal.user,
        kind=Kind.FACTORS_CHANGED,
        context={"what": what, "at": at},
        key=f"factor removal:{removal.pk}:{what}",
    )
