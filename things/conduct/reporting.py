"""Reporting a thing or a person's page, with an account or without."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from things.conduct.models import Report
from things.models import Thing


@dataclass(frozen=True)
class Complaint:
    """What somebody says: the ground, their words, and where they want to be answered, or not."""

    ground: Report.Ground
    words: str = ""
    email: str = ""
    language: str = ""
    reporter: User | None = None


def report_thing(*, thing: Thing, complaint: Complaint, at: datetime) -> Report:
    """Put a thing into the queue of the moderators. Nothing happens to it before they decide."""
    return _report(complaint, at, thing=thing)


def report_person(*, person: User, complaint: Complaint, at: datetime) -> Report:
    """Put a person's page, with its texts, into the queue of the moderators."""
    return _report(complaint, at, person=person)


def _report(
    complaint: Complaint, at: datetime, *, thing: Thing | None = None, person: User | None = None
) -> Report:
    """The same person's report that still waits is said anew, not put in twice."""
    said = {
        "ground": complaint.ground,
        "words": complaint.words,
        "email": complaint.email,
        "language": complaint.language,
    }
    if complaint.reporter is not None:
        waiting = Report.objects.filter(
            thing=thing, person=person, reporter=complaint.reporter, state=Report.State.OPEN
        )
        if waiting.update(**said):
            return waiting.order_by("pk")[0]
    return Report.objects.create(
        thing=thing, person=person, reporter=complaint.reporter, reported_at=at, **said
    )
