"""Clicks that wait for means: kept in the session, and counted once there is a budget."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.backends.base import SessionBase

from accounts.models import User
from payments.clicking.answering import Answer, State, answer_click

MOST = 20
_KEY = "kept_clicks"


def keep_click(session: SessionBase, subject: str) -> None:
    """Keep a subject that was confirmed while there were no means; the oldest go first."""
    kept = [other for other in session.get(_KEY, []) if other != subject]
    session[_KEY] = [*kept, subject][-MOST:]


def has_kept_clicks(session: SessionBase) -> bool:
    """Whether clicks wait for means."""
    return bool(session.get(_KEY))


def forget_click(session: SessionBase, subject: str) -> None:
    """Keep a subject no longer."""
    session[_KEY] = [other for other in session.get(_KEY, []) if other != subject]


def count_kept_clicks(session: SessionBase, *, subscriber: User, at: datetime) -> list[Answer]:
    """Count what was kept, as far as there are means now. Returns what counts from now on."""
    answers = []
    for subject in session.get(_KEY, []):
        answer = answer_click(subscriber=subscriber, subject=subject, at=at)
        if answer.state is not State.NO_MEANS:
            forget_click(session, subject)
        if answer.given:
            answers.append(answer)
    return answers
