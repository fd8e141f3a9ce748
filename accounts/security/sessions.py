"""The sessions of a user: listed, and ended one by one or all at once."""

from __future__ import annotations

from datetime import datetime
from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from accounts.models import User
from accounts.security.endings import end_other_ways_in


def living_sessions(user: User, *, at: datetime) -> QuerySet[UserSession]:
    """Those with which somebody can still come in, latest use first."""
    living = Session.objects.filter(expire_date__gt=at).values("session_key")
    mine = UserSession.objects.filter(user=user, session_key__in=living)
    return mine.order_by("-last_seen_at", "-pk")


def end_session(session: UserSession) -> None:
    """End one: its next request is a stranger's."""
    _store().delete(session.session_key)
    session.delete()


def end_all_ways_in(user: User, *, but: str | None = None) -> None:
    """End the sessions of a user, without the one of a key, and what else acts for them."""
    for session in UserSession.objects.filter(user=user).exclude(session_key=but or ""):
        end_session(session)
    end_other_ways_in(user)


def drop_dead_sessions(*, at: datetime) -> None:
    """Forget sessions that ran out, and what was noted of them."""
    Session.objects.filter(expire_date__lte=at).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()


def _store() -> SessionBase:
    store: SessionBase = import_module(settings.SESSION_ENGINE).SessionStore()
    return store
