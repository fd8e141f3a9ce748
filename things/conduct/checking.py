"""Having a thing checked when it is submitted or its text changes, and putting it aside if need be.

Nothing is deleted, and nothing is lost by a mistake: a thing that was put aside is out of public
lists until a moderator has looked, and can be clicked meanwhile.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.conf import settings
from django.db import transaction

from things.conduct.asking_again import forget_failure, note_failure
from things.conduct.checks.akismet import Akismet
from things.conduct.checks.local import LocalRules
from things.conduct.checks.verdicts import HAM, Check, CheckFailed, Finding, Verdict
from things.conduct.models import Report
from things.conduct.moderating import put_thing_aside
from things.models import Thing

_log = logging.getLogger(__name__)

CHECKS: dict[str, type[Check]] = {"local": LocalRules, "akismet": Akismet}
NO_CHECK = "none"


def check_submitted(*, thing_id: int, at: datetime) -> Finding:
    """Check a thing, and withhold it where it looks like spam. Safe to run again.

    What moderators dismissed is not put aside again as long as it is as it was. Where the chosen
    check does not answer, the local rules stand in for it until it does: it is asked again.
    """
    thing = Thing.objects.select_related("owner").filter(pk=thing_id).first()
    if thing is None or settings.SPAM_CHECK == NO_CHECK or _is_settled(thing):
        forget_failure(thing_id=thing_id)
        return HAM
    finding = _looked_at(thing, at)
    if finding.verdict is not Verdict.HAM:
        _put_aside(thing, finding, at)
    return finding


def _is_settled(thing: Thing) -> bool:
    if thing.state != Thing.State.ACTIVE or thing.withheld:
        return True
    last = thing.reports.filter(state=Report.State.DISMISSED).order_by("-decided_at").first()
    decided_at = None if last is None else last.decided_at
    changed_at = thing.updated_at or thing.created_at
    return decided_at is not None and changed_at <= decided_at


def _looked_at(thing: Thing, at: datetime) -> Finding:
    try:
        finding = CHECKS[settings.SPAM_CHECK]().look_at(thing, at=at)
    except CheckFailed as failure:
        failed = note_failure(thing=thing, why=str(failure), at=at)
        level = logging.WARNING if failed.due_at else logging.ERROR
        _log.log(level, "no answer about thing %s, try %s: %s", thing.pk, failed.tries, failure)
        return LocalRules().look_at(thing, at=at)
    forget_failure(thing_id=thing.pk)
    return finding


def _put_aside(thing: Thing, finding: Finding, at: datetime) -> None:
    with transaction.atomic():
        if not put_thing_aside(thing=thing, at=at):
            return
        Report.objects.create(
            source=Report.Source.CHECK,
            thing=thing,
            ground=Report.Ground.SPAM,
            words=f"{finding.verdict.value}: {finding.why}",
            reported_at=at,
        )
