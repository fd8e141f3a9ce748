"""Send what is in the outbox.

Note [Once]: a sender first claims a mail, in a transaction of its own, then sends it, then marks
it as sent. Where it dies in between, nobody can know whether the mail went. It is sent again
when the claim has run out: a mail about money that comes twice is better than one that never
comes. Both carry the same Message-ID, by which many servers and clients show only one.

Note [How long a key counts]: rows are kept for KEPT_FOR after they ended, and so are their keys.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import Any

from django.core.mail import get_connection
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.mail.contexts import one_line
from accounts.mail.kinds import Kind
from accounts.mail.models import ERROR_LENGTH, Mail
from accounts.mail.rendering import render_mail

log = logging.getLogger(__name__)

BATCH = 50

# A claim's length. A sender ends its batch after half of it, and one mail takes a few times the
# timeout of a connection at most, so no living sender's claim runs out.
CLAIMED_FOR = timedelta(minutes=15)

# After 1, 2, 4 ... minutes, then every two hours: the nineteenth failure is a day after the first.
LONGEST_WAIT = timedelta(hours=2)
MOST_ATTEMPTS = 19

KEPT_FOR = timedelta(days=60)


def send_due(*, at: datetime, most: int = BATCH) -> int:
    """Send mails that are due at a moment, at most so many. Returns how many were taken.

    Any number of senders can run at once: each takes others.
    """
    return _send(_claim(at=at, most=most), at)


def send_one(*, key: str, at: datetime) -> bool:
    """Send the mail of a key, if it is due. Returns whether it was taken."""
    return _send(_claim(at=at, most=1, key=key), at) == 1


def drop_old_mails(*, at: datetime) -> int:
    """Drop the mails that ended KEPT_FOR before a moment. Returns how many."""
    dropped, _ = Mail.objects.filter(ended_at__lt=at - KEPT_FOR).delete()
    return dropped


def wait_after(attempts: int) -> timedelta:
    """How long a mail waits after so many failures, 1 or more."""
    return min(timedelta(minutes=2 ** min(attempts - 1, 10)), LONGEST_WAIT)


def _claim(*, at: datetime, most: int, key: str = "") -> list[Mail]:
    # Durable: a claim that is rolled back after the mail has gone would send it again.
    with transaction.atomic(durable=True):
        due = Mail.objects.due(at).filter(key=key) if key else Mail.objects.due(at)
        rows = due.select_related("user").prefetch_related("user__unwanted_kinds")
        mails = list(rows.select_for_update(skip_locked=True, of=["self"])[:most])
        Mail.objects.filter(pk__in=[mail.pk for mail in mails]).update(
            state=Mail.State.SENDING, attempts=F("attempts") + 1, due_at=at + CLAIMED_FOR
        )
    for mail in mails:
        mail.attempts += 1
    return mails


def _send(mails: Sequence[Mail], at: datetime) -> int:
    if not mails:
        return 0
    connection = get_connection()
    try:
        for position, mail in enumerate(mails):
            if timezone.now() - at > CLAIMED_FOR / 2:
                _give_back(mails[position:])
                break
            _send_mail(mail, connection)
    finally:
        connection.close()
    return len(mails)


def _send_mail(mail: Mail, connection: Any) -> None:
    if reason := _reason_to_skip(mail):
        _end(mail, Mail.State.SKIPPED, reason)
        return
    try:
        connection.open()
        connection.send_messages([render_mail(mail)])
    # A fault of one mail, in its template or its address, must not keep the others waiting.
    except Exception as fault:  # noqa: BLE001
        _close(connection)
        _fail(mail, fault)
    else:
        _end(mail, Mail.State.SENT)


def _reason_to_skip(mail: Mail) -> str:
    if not (mail.address or mail.user.email):
        return "no address"
    if mail.kind not in Kind.values:
        return "a kind that is no more"
    unwanted = {row.kind for row in mail.user.unwanted_kinds.all()}
    if mail.kind in unwanted and not Kind(mail.kind).always_sent:
        return "switched off"
    return ""


def _fail(mail: Mail, fault: Exception) -> None:
    error = one_line(f"{type(fault).__name__}: {fault}")[:ERROR_LENGTH]
    if mail.attempts >= MOST_ATTEMPTS or _is_final(fault):
        log.error("Given up: mail %s (%s): %s", mail.pk, mail.kind, error)
        _end(mail, Mail.State.GIVEN_UP, error)
        return
    log.warning("Mail %s (%s) waits: %s", mail.pk, mail.kind, error, exc_info=fault)
    due_at = timezone.now() + wait_after(mail.attempts)
    # Only while the claim is this sender's: another may have taken it up.
    Mail.objects.filter(pk=mail.pk, ended_at=None, attempts=mail.attempts).update(
        state=Mail.State.WAITING, due_at=due_at, error=error
    )


def _is_final(fault: Exception) -> bool:
    """Whether the server says that the address will never do: RFC 5321, codes of 500 and above."""
    if not isinstance(fault, SMTPRecipientsRefused):
        return False
    return all(code >= 500 for code, _said in fault.recipients.values())


def _end(mail: Mail, state: Mail.State, error: str = "") -> None:
    Mail.objects.filter(pk=mail.pk, ended_at=None).update(
        state=state, ended_at=timezone.now(), context={}, address="", error=error
    )


def _give_back(mails: Sequence[Mail]) -> None:
    Mail.objects.filter(pk__in=[mail.pk for mail in mails], ended_at=None).update(
        state=Mail.State.WAITING, attempts=F("attempts") - 1, due_at=timezone.now()
    )


def _close(connection: Any) -> None:
    """After a failure the next mail gets a connection of its own."""
    try:
        connection.close()
    except (OSError, SMTPException):
        log.debug("The connection was broken already")
