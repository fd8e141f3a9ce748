"""Deciding what was reported: hide, suspend, or dismiss. All reports about the same go with it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.conduct.suspending import AlreadySuspended, suspend_user
from accounts.conduct.telling import Decision, tell_of_decision
from accounts.models import User
from things.conduct.models import Report
from things.conduct.suspending import suspend_thing
from things.conduct.tasks import answer_reporter
from things.models import Thing

_State = Report.State


class ReportDecided(Exception):
    """Somebody was quicker."""


def hide_reported(*, report_id: int, reason: str, by: User, at: datetime) -> Report:
    """Take a thing out of all public lists, or a person's display name off their pages.

    Raises ReportDecided. Whoever is concerned is told why, and where to object.
    """
    with transaction.atomic():
        report = _lock(report_id)
        if report.thing is not None:
            withhold_thing(thing=report.thing, reason=reason, at=at)
        elif report.person is not None:
            _take_name(report.person, reason, at)
        return _decide(report, _State.HIDDEN, reason, by, at)


def suspend_reported(*, report_id: int, reason: str, by: User, at: datetime) -> Report:
    """Suspend a thing or a person. What is suspended already stays so.

    Raises ReportDecided, or what suspending refuses. Whoever is concerned is told.
    """
    with transaction.atomic():
        report = _lock(report_id)
        try:
            if report.thing is not None:
                suspend_thing(thing=report.thing, reason=reason, by=by, at=at)
            elif report.person is not None:
                suspend_user(user=report.person, reason=reason, by=by, at=at)
        except AlreadySuspended:
            pass
        return _decide(report, _State.SUSPENDED, reason, by, at)


def dismiss_reported(*, report_id: int, reason: str, by: User, at: datetime) -> Report:
    """Let it be; what was withheld meanwhile is in public lists again. Raises ReportDecided."""
    with transaction.atomic():
        report = _lock(report_id)
        if report.thing is not None:
            release_thing(thing=report.thing, reason=reason, at=at)
        return _decide(report, _State.DISMISSED, reason, by, at)


def withhold_thing(*, thing: Thing, reason: str, at: datetime) -> bool:
    """Take a thing out of public lists; only staff can put it back. False where it is out already.

    Its owner is told. It can still be clicked by whoever has its address.
    """
    return _withhold(thing, Decision.THING_HIDDEN, reason, at)


def put_thing_aside(*, thing: Thing, at: datetime) -> bool:
    """The same until somebody has looked, by a check that gives no reasons to its owner."""
    return _withhold(thing, Decision.THING_PUT_ASIDE, "", at)


def release_thing(*, thing: Thing, reason: str, at: datetime) -> bool:
    """Put a thing that was withheld into public lists again. Its owner is told."""
    if not Thing.objects.filter(pk=thing.pk, withheld=True).update(withheld=False, updated_at=at):
        return False
    _tell_owner(thing, Decision.THING_SHOWN, reason, at)
    return True


def _withhold(thing: Thing, decision: Decision, reason: str, at: datetime) -> bool:
    if not Thing.objects.filter(pk=thing.pk, withheld=False).update(withheld=True, updated_at=at):
        return False
    _tell_owner(thing, decision, reason, at)
    return True


def _lock(report_id: int) -> Report:
    """The report, locked after the others about the same, so that two decisions take turns."""
    asked = Report.objects.get(pk=report_id)
    for _report in _about(asked).select_for_update(of=["self"], no_key=True).order_by("pk"):
        pass
    report = Report.objects.select_related("thing__owner", "person").get(pk=report_id)
    if report.state != _State.OPEN:
        raise ReportDecided("it is decided already")
    return report


def _about(report: Report) -> QuerySet[Report]:
    return Report.objects.filter(thing=report.thing_id, person=report.person_id, state=_State.OPEN)


def _decide(report: Report, state: Report.State, reason: str, by: User, at: datetime) -> Report:
    numbers = list(_about(report).values_list("pk", flat=True))
    Report.objects.filter(pk__in=numbers).update(
        state=state, reason=reason, decided_by=by, decided_at=at
    )
    transaction.on_commit(lambda: _answer(numbers))
    report.refresh_from_db()
    return report


def _answer(numbers: list[int]) -> None:
    for number in numbers:
        answer_reporter.delay(report_id=number)


def _take_name(person: User, reason: str, at: datetime) -> None:
    User.objects.filter(pk=person.pk).update(display_name="")
    tell_of_decision(
        to=person,
        decision=Decision.NAME_REMOVED,
        reason=reason,
        at=at,
        subject=f"user:{person.pk}",
        called=person.get_full_name(),
    )


def _tell_owner(thing: Thing, decision: Decision, reason: str, at: datetime) -> None:
    if thing.owner is not None:
        tell_of_decision(
            to=thing.owner,
            decision=decision,
            reason=reason,
            at=at,
            subject=f"thing:{thing.pk}",
            called=str(thing),
        )
