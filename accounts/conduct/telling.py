"""Telling people what staff decided about them or a thing of theirs: why, and where to object."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from django.conf import settings

from accounts.mail.kinds import Kind
from accounts.mail.queueing import queue_mail
from accounts.models import User


class Decision(Enum):
    """What was decided; the mail has a sentence for each."""

    USER_SUSPENDED = "user_suspended"
    USER_RESTORED = "user_restored"
    THING_SUSPENDED = "thing_suspended"
    THING_RESTORED = "thing_restored"
    THING_HIDDEN = "thing_hidden"
    THING_SHOWN = "thing_shown"
    THING_PUT_ASIDE = "thing_put_aside"
    NAME_REMOVED = "name_removed"


def tell_of_decision(
    *, to: User, decision: Decision, reason: str, at: datetime, subject: str, called: str = ""
) -> None:
    """Queue the mail, in the caller's transaction. It cannot be switched off.

    `subject` names the row for the mail's key, as `thing:7`; `called` is what a thing is called.
    """
    queue_mail(
        to=to,
        kind=Kind.DECISION,
        context={
            "decision": decision.value,
            "reason": reason,
            "called": called,
            "appeals": settings.APPEAL_ADDRESS,
        },
        key=f"decision:{subject}:{decision.value}:{at.isoformat()}",
    )
