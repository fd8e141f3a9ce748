"""Clicks that wait for means: kept in the session, and counted once there is a budget."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.backends.base import SessionBase

from accounts.models import User
from accounts.visibility import Visibility
from payments.clicking.answering import Answer, State, answer_click

MOST = 20
_KEY = "clicks_kept"


def keep_click(session: SessionBase, subject: str, *, visibility: Visibility | None) -> None:
    """Keep a subject that was confirmed while there were no means; the oldest go first.

    With it goes who may know of the click, where the subscriber said so.
    """
    kept = [other for other in _kept(session) if other[0] != subject]
    session[_KEY] = [*kept, (subject, visibility)][-MOST:]


def has_kept_clicks(session: SessionBase) -> bool:
    """Whether clicks wait for means."""
    return bool(session.get(_KEY))


def forget_click(session: SessionBase, subject: str) -> None:
    """Keep a subject no longer."""
    session[_KEY] = [other for other in _kept(session) if other[0] != subject]


def count_kept_clicks(session: SessionBase, *, subscriber: User, at: datetime) -> list[Answer]:
    """Count what was kept, as far as there are means now. Returns what counts from now on."""
    answers = []
    for subject, visibility in _kept(session):
        answer = answer_click(subscriber=subscriber, subject=subject, at=at, visibility=visibility)
        if answer.state is not State.NO_MEANS:
            forget_click(session, subject)
        if answer.given:
            answers.append(answer)
    return answers


def _kept(session: SessionBase) -> list[tuple[str, Visibility | None]]:
    return [
        (subject, None if visibility is None else Visibility(visibility))
        for subject, visibility in session.get(_KEY, [])
    ]
