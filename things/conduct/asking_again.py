"""Asking the check of what is submitted again where it gave no answer, less and less often."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from things.conduct.models import REASON_LENGTH, FailedCheck
from things.models import Thing

# After the first try, after the second, and so on: an outage of more than a day is for people.
PAUSES = (
    timedelta(minutes=5),
    timedelta(minutes=20),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
    timedelta(days=1),
)
# A service that is down takes ten seconds each, of a worker that others wait for.
AT_ONCE = 20
# For so long nobody else takes what was taken; after a crash it is due again.
TAKEN = timedelta(hours=1)


class AskedAlready(Exception):
    """It is asked again anyway, or was answered meanwhile."""


def note_failure(*, thing: Thing, why: str, at: datetime) -> FailedCheck:
    """Write down that a check gave no answer, and when it is asked again: after PAUSES, then never.

    Locks the row, so that two who failed at once count as two.
    """
    with transaction.atomic():
        FailedCheck.objects.get_or_create(thing=thing, defaults={"failed_at": at})
        failed = FailedCheck.objects.select_for_update().get(thing=thing)
        pause = PAUSES[failed.tries] if failed.tries < len(PAUSES) else None
        failed.tries += 1
        failed.why, failed.failed_at = why[:REASON_LENGTH], at
        failed.due_at = None if pause is None else at + pause
        failed.save()
    return failed


def forget_failure(*, thing_id: int) -> None:
    """There is an answer, or no question any more. One query."""
    FailedCheck.objects.filter(thing_id=thing_id).delete()


def take_due(*, at: datetime) -> Sequence[int]:
    """The numbers of things whose check is due, the longest due first; at most AT_ONCE.

    They are the caller's alone for TAKEN. Of two who ask at once each gets others.
    """
    with transaction.atomic():
        due = FailedCheck.objects.filter(due_at__lte=at).order_by("due_at", "pk")
        taken = list(due.select_for_update(skip_locked=True)[:AT_ONCE])
        FailedCheck.objects.filter(pk__in=[one.pk for one in taken]).update(due_at=at + TAKEN)
    return [one.thing_id for one in taken]


def ask_again(*, failed_id: int, at: datetime) -> FailedCheck:
    """Begin anew with what was asked in vain. Raises AskedAlready."""
    with transaction.atomic():
        failed = FailedCheck.objects.select_for_update().filter(pk=failed_id, due_at=None).first()
        if failed is None:
            raise AskedAlready("it is asked again anyway, or was answered meanwhile")
        failed.tries, failed.due_at = 0, at
        failed.save(update_fields=["tries", "due_at"])
    return failed
