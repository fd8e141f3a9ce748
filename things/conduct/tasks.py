"""Telling who reported something what came of it."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from things.conduct.models import Report


@shared_task(name="things.answer_reporter", ignore_result=True)
def answer_reporter(*, report_id: int) -> bool:
    """Send the answer, once; their address is forgotten then. Safe to run twice.

    The mail says nothing that somebody else wrote: an address may be another person's.
    """
    with transaction.atomic():
        waiting = Report.objects.select_for_update().filter(told_at=None).exclude(email="")
        report = waiting.exclude(state=Report.State.OPEN).filter(pk=report_id).first()
        if report is None:
            return False
        with translation.override(report.language or settings.LANGUAGE_CODE):
            context = {
                "report": report,
                "name_of_site": settings.SITE_NAME,
                "appeals": settings.APPEAL_ADDRESS,
            }
            text = render_to_string("mail/report_answered.txt", context)
            send_mail(_("What came of your report"), text, None, [report.email])
        report.told_at, report.email = timezone.now(), ""
        report.save(update_fields=["told_at", "email"])
    return True


@shared_task(name="things.check_thing", ignore_result=True)
def check_thing(*, thing_id: int) -> str:
    """Check a thing that was submitted or changed. Returns the verdict."""
    from things.conduct.checking import check_submitted

    return check_submitted(thing_id=thing_id, at=timezone.now()).verdict.value


@shared_task(name="things.check_again", ignore_result=True)
def check_again() -> int:
    """Send the checks that are due again, each a task of its own. Returns how many."""
    from things.conduct.asking_again import take_due

    due = take_due(at=timezone.now())
    for thing_id in due:
        check_thing.apply_async(kwargs={"thing_id": thing_id}, retry=False, ignore_result=True)
    return len(due)


def check_soon(thing_id: int) -> None:
    """Have a thing checked once the caller's transaction is there. Without queues it is not."""
    if settings.SPAM_CHECK != "none":
        transaction.on_commit(
            lambda: check_thing.apply_async(
                kwargs={"thing_id": thing_id}, retry=False, ignore_result=True
            ),
            robust=True,
        )
