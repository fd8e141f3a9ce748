"""What is clicked: a thing by its number, or a page that a button describes."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.visibility import Visibility
from payments.clicking.models import KeptClick
from payments.clicking.recording import (
    NoSuchClick,
    Outcome,
    Recorded,
    record_click,
    take_back_click,
)
from things.aliases.finding import thing_numbered
from things.describing import describe_thing, is_draft, read_query, register_thing
from things.models import Thing
from things.referring.counting import note_referral


class NoSuchThing(LookupError):
    """There is no thing of this number."""


def describe_subject(subject: str) -> Thing:
    """The thing of a subject, unsaved where it is not there yet.

    `subject` is a number, or the query of an auto-submit address. Raises NoSuchThing, or
    SubmissionRefused (of things.submitting).
    """
    if not _is_number(subject):
        return describe_thing(read_query(subject))
    thing = thing_numbered(int(subject))
    if thing is None:
        raise NoSuchThing(subject)
    return thing


def click_subject(
    *,
    subscriber: User,
    subject: str,
    at: datetime,
    visibility: Visibility | None = None,
    page: str = "",
) -> tuple[Thing, Recorded]:
    """Count a click on a subject, whose thing comes to be with its first click.

    `page` is where the click comes from, as host and path, where that is known. One transaction:
    where the click is refused there is no new thing either. Raises what
    `describe_subject` and `record_click` do.
    """
    with transaction.atomic():
        if _is_number(subject):
            thing = describe_subject(subject)
        else:
            thing = register_thing(read_query(subject))
        recorded = record_click(subscriber=subscriber, thing=thing, at=at, visibility=visibility)
        if recorded.outcome is Outcome.COUNTED and recorded.period is not None:
            note_referral(thing_id=thing.pk, period=recorded.period, page=page)
        return thing, recorded


def undo_subject(*, subscriber: User, subject: str, at: datetime) -> Thing:
    """Take a click on a subject back, also one that waits for means.

    Raises what `describe_subject` and `take_back_click` do.
    """
    thing = describe_subject(subject)
    with transaction.atomic():
        kept, _ = KeptClick.objects.filter(subscriber=subscriber, url=thing.url).delete()
        try:
            if is_draft(thing):
                raise NoSuchClick(f"nobody clicked {thing.url}")
            take_back_click(subscriber=subscriber, thing=thing, at=at)
        except NoSuchClick:
            if not kept:
                raise
    return thing


def _is_number(subject: str) -> bool:
    return subject.isascii() and subject.isdecimal() and len(subject) < 19
