"""Suspending people and restoring them. What it means stands in `accounts.models.User`."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.conduct.telling import Decision, tell_of_decision
from accounts.models import User


class SuspensionRefused(Exception):
    """It cannot be done as asked; each reason is a class of its own."""


class AlreadySuspended(SuspensionRefused):
    """Somebody was quicker."""


class NotSuspended(SuspensionRefused):
    """There is nothing to lift."""


class NotYoursToSuspend(SuspensionRefused):
    """Nobody suspends themselves, and who works for the site is a superuser's to suspend."""


def suspend_user(*, user: User, reason: str, by: User, at: datetime) -> User:
    """From now on they neither give nor get; they are told why, and where they can appeal.

    Raises AlreadySuspended or NotYoursToSuspend. Locks the row, so that one mail is sent.
    """
    with transaction.atomic():
        locked = _lock(user, by)
        if locked.suspended:
            raise AlreadySuspended(f"{locked.username} is suspended already")
        return _change(locked, Decision.USER_SUSPENDED, reason, at)


def restore_user(*, user: User, reason: str, by: User, at: datetime) -> User:
    """From now on they give and get again; they are told so, with the reason.

    Raises NotSuspended or NotYoursToSuspend. Locks the row, so that one mail is sent.
    """
    with transaction.atomic():
        locked = _lock(user, by)
        if not locked.suspended:
            raise NotSuspended(f"{locked.username} is not suspended")
        return _change(locked, Decision.USER_RESTORED, reason, at)


def _lock(user: User, by: User) -> User:
    locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    ranked = locked.is_staff or locked.is_superuser or locked.pk == by.pk
    if ranked and not by.is_superuser:
        raise NotYoursToSuspend(f"{locked.username} is a superuser's to suspend and restore")
    return locked


def _change(user: User, decision: Decision, reason: str, at: datetime) -> User:
    user.suspended = decision is Decision.USER_SUSPENDED
    user.suspension_reason = reason if user.suspended else ""
    user.save(update_fields=["suspended", "suspension_reason"])
    tell_of_decision(to=user, decision=decision, reason=reason, at=at, subject=f"user:{user.pk}")
    return user
