"""Looking at a person's pages as they see them, without being able to act for them.

Note [Looking is not signing in]. The session stays the staff's own, and its cookie signs nobody
else in: only `accounts.conduct.middleware` puts the person in the place of who asks, request by
request, while a `Looking` of this very person of the staff runs. It answers the pages that are
named with `let_look_at` and no others, to GET and HEAD alone, in a transaction that the database
itself keeps from writing. Pages that hold credentials are never named: second factors, sessions,
applications and their tokens, where payouts go, cards, exports.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from accounts.conduct.models import Looking
from accounts.mail.kinds import Kind
from accounts.mail.queueing import queue_mail
from accounts.models import User

PERMISSION = "accounts.look_as_user"
# What a person is shown of the past.
SHOWN = 20

_pages: set[str] = set()


class LookRefused(Exception):
    """They cannot be looked at; each reason is a class of its own."""


class NotToBeLookedAt(LookRefused):
    """Oneself, who works for the site, or who has left: theirs would open more than it shows."""


def let_look_at(*url_names: str) -> None:
    """Name pages that show, change nothing, and hold no credentials."""
    _pages.update(url_names)


def pages_to_look_at() -> frozenset[str]:
    """The names of their addresses."""
    return frozenset(_pages)


def begin_looking(*, user: User, by: User, reason: str, at: datetime) -> Looking:
    """Begin to look at a person's pages, for LOOK_MINUTES. They are told by mail.

    Raises NotToBeLookedAt. What the same person of the staff looked at before, ends.
    """
    if user.pk == by.pk or user.is_staff or user.is_superuser or not user.is_active:
        raise NotToBeLookedAt(f"nobody looks at the pages of {user.username}")
    with transaction.atomic():
        Looking.objects.filter(staff=by, ended_at=None, until__gt=at).update(ended_at=at)
        until = at + timedelta(minutes=settings.LOOK_MINUTES)
        looking = Looking.objects.create(
            user=user, staff=by, reason=reason, began_at=at, until=until
        )
        queue_mail(
            to=user,
            kind=Kind.LOOKED_AT,
            context={"at": at, "reason": reason},
            key=f"looking:{looking.pk}",
        )
    return looking


def running_look(*, number: object, by: User, at: datetime) -> Looking | None:
    """The look of that number if it is this person's own and still runs. One query, and rights."""
    if not isinstance(number, int) or not by.is_staff or not by.has_perm(PERMISSION):
        return None
    running = Looking.objects.filter(pk=number, staff=by, ended_at=None, until__gt=at)
    looking = running.select_related("user").first()
    # Whoever joins the staff meanwhile is looked at no more.
    if looking is None or looking.user.is_staff or not looking.user.is_active:
        return None
    return looking


def end_looking(*, looking: Looking, at: datetime) -> None:
    """End it before its time. Ended already, nothing changes."""
    Looking.objects.filter(pk=looking.pk, ended_at=None).update(ended_at=at)


def looks_at(user: User) -> list[Looking]:
    """Who looked at a person's pages, latest first: what they are shown of it. One query."""
    return list(Looking.objects.filter(user=user).order_by("-pk")[:SHOWN])
