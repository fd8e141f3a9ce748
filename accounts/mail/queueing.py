"""Put mails into the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.mail.contexts import tidy
from accounts.mail.kinds import Kind
from accounts.mail.models import Mail
from accounts.models import User


@dataclass(frozen=True)
class Letter:
    """A mail to be queued among many; see `queue_mail`."""

    to: User
    key: str
    context: dict[str, Any] = field(default_factory=dict)
    address: str = ""


def queue_mail(
    *, to: User, kind: Kind, context: dict[str, Any], key: str, address: str = ""
) -> None:
    """Queue a mail in the caller's transaction; it is sent after the commit, once for each `key`.

    The templates `mail/<kind>.txt` and `.html` are given `context`: strings (each becomes one
    line), numbers, amounts in micros, moments, days, lists and dicts of these. Of a key that was
    queued before, within Note [How long a key counts], nothing happens, whatever the context. A
    user who has no address or switched the kind off gets nothing. `address` sends elsewhere than
    to the user's address: to a new one that is to be confirmed, or to the old one. A key is
    handed on to queues, so it must hold no secret; the context may hold one.
    """
    queue_mails([Letter(to=to, key=key, context=context, address=address)], kind=kind)
    # A failure is logged by the name of the function, which a partial does not have.
    transaction.on_commit(lambda: _send_soon(key), robust=True)


def queue_mails(letters: Sequence[Letter], *, kind: Kind) -> None:
    """Queue many mails of one kind in one statement; they are sent within minutes.

    For thousands, call it with some hundreds at a time, from a task.
    """
    now = timezone.now()
    priority = Mail.Priority.SAFETY if kind.always_sent else Mail.Priority.NEWS
    Mail.objects.bulk_create(
        [
            Mail(
                user=letter.to,
                kind=kind.value,
                key=letter.key,
                address=letter.address,
                context=tidy(letter.context),
                priority=priority,
                queued_at=now,
                due_at=now,
            )
            for letter in letters
        ],
        ignore_conflicts=True,
    )


def _send_soon(key: str) -> None:
    """Without the queue's server the mail is not lost: the clock finds it within a minute."""
    from accounts.mail.tasks import send_mail_of_key

    send_mail_of_key.apply_async(kwargs={"key": key}, retry=False, ignore_result=True)
