"""What a click came to, in words: for the popup, the frame and the link."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypedDict

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.visibility import Visibility
from payments.budgets.holding import NoMeans
from payments.clicking.recording import (
    NoSuchClick,
    Outcome,
    OwnThing,
    SubscriberSuspended,
    ThingUnavailable,
)
from payments.clicking.standing import AlreadyStanding, last_day_of, start_standing_click
from payments.clicking.subjects import (
    NoSuchThing,
    click_subject,
    describe_subject,
    undo_subject,
)
from things.describing import SubmissionRefused
from things.models import Thing
from things.partitions import PeriodSealed
from things.periods import Period
from things.showing import visibility_of_click


class State(StrEnum):
    """What became of a click, or of taking it back."""

    COUNTED = "counted"
    ALREADY = "already"
    PENDING = "pending"
    OWN = "own"
    NO_MEANS = "no_means"
    UNAVAILABLE = "unavailable"
    SUSPENDED = "suspended"
    WRONG = "wrong"
    UNDONE = "undone"
    REPEATED = "repeated"
    NOTHING = "nothing"
    SETTLED = "settled"


_WORDS: dict[State, Promise] = {
    State.COUNTED: _("Counted. Thank you!"),
    State.ALREADY: _("You gave to this already this month. It counts once."),
    State.PENDING: _("Kept. It costs nothing until the creator joins and proves this page."),
    State.OWN: _("This is your own: others can give to it."),
    State.NO_MEANS: _("Your click is kept. It counts as soon as you have a budget."),
    State.UNAVAILABLE: _("This cannot be given to at the moment."),
    State.SUSPENDED: _("Your account is suspended: nothing was counted."),
    State.WRONG: _("This button is not set up well: nothing was counted."),
    State.REPEATED: _("From next month on, this counts each month, until you end it."),
    State.UNDONE: _("Taken back. Nothing is given here."),
    State.NOTHING: _("There is no click of this month to take back."),
    State.SETTLED: _("The month is over: this click can no longer be taken back."),
}

_STATUS = {
    State.OWN: 403,
    State.NO_MEANS: 402,
    State.UNAVAILABLE: 410,
    State.SUSPENDED: 403,
    State.WRONG: 400,
    State.NOTHING: 404,
    State.SETTLED: 409,
}


@dataclass(frozen=True)
class Answer:
    """What a deed came to; `thing` is None where there is none."""

    state: State
    thing: Thing | None = None
    reason: str = ""

    @property
    def given(self) -> bool:
        """Whether a click stands now."""
        return self.state in {State.COUNTED, State.ALREADY, State.PENDING, State.REPEATED}

    @property
    def words(self) -> str:
        """The sentence to show and to read out."""
        return self.reason or str(_WORDS[self.state])

    @property
    def status(self) -> int:
        """The HTTP status that says the same."""
        return _STATUS.get(self.state, 200)


class FrameAnswer(TypedDict):
    """An answer as the frame reads it: `on`, whether a click stands now, and the thing's count."""

    state: str
    on: bool
    text: str
    count: int | None


def for_frame(answer: Answer, count: int | None) -> FrameAnswer:
    """An answer in the language that is active."""
    return {
        "state": answer.state.value,
        "on": answer.given,
        "text": answer.words,
        "count": count,
    }


def answer_click(
    *,
    subscriber: User,
    subject: str,
    at: datetime,
    visibility: Visibility | None = None,
    page: str = "",
) -> Answer:
    """Count a click on a subject, from a page where that is known; refusals are answers too."""

    def click() -> Answer:
        thing, recorded = click_subject(
            subscriber=subscriber, subject=subject, at=at, visibility=visibility, page=page
        )
        return Answer(_OUTCOMES[recorded.outcome], thing)

    return _answered(click)


def answer_undo(*, subscriber: User, subject: str, at: datetime) -> Answer:
    """Take a click on a subject back; each refusal is an answer too."""
    return _answered(
        lambda: Answer(State.UNDONE, undo_subject(subscriber=subscriber, subject=subject, at=at))
    )


def answer_repeat(
    *, subscriber: User, subject: str, at: datetime, term: int | None = None
) -> Answer:
    """Repeat a click each month from the next on, for some months or until it is ended.

    As visible as the click itself. The same again changes nothing.
    """

    def repeat() -> Answer:
        thing = describe_subject(subject)
        until = None if term is None else last_day_of(term, after=Period.of(at))
        with suppress(AlreadyStanding):
            start_standing_click(
                subscriber=subscriber,
                thing=thing,
                at=at,
                until=until,
                visibility=visibility_of_click(subscriber=subscriber, thing=thing, at=at),
            )
        return Answer(State.REPEATED, thing, _repeated_until(until))

    return _answered(repeat)


def _repeated_until(until: date | None) -> str:
    if until is None:
        return ""
    day = date_format(until, "DATE_FORMAT")
    return gettext("From next month on, this counts each month until %(day)s.") % {"day": day}


_OUTCOMES = {
    Outcome.COUNTED: State.COUNTED,
    Outcome.ALREADY: State.ALREADY,
    Outcome.PENDING: State.PENDING,
}

_REFUSALS: dict[type[Exception], State] = {
    OwnThing: State.OWN,
    NoMeans: State.NO_MEANS,
    ThingUnavailable: State.UNAVAILABLE,
    SubscriberSuspended: State.SUSPENDED,
    NoSuchThing: State.UNAVAILABLE,
    NoSuchClick: State.NOTHING,
    PeriodSealed: State.SETTLED,
}


def _answered(deed: Callable[[], Answer]) -> Answer:
    try:
        return deed()
    except SubmissionRefused as refusal:
        return Answer(State.WRONG, reason=str(refusal))
    except tuple(_REFUSALS) as refusal:
        kind = next(kind for kind in _REFUSALS if isinstance(refusal, kind))
        return Answer(_REFUSALS[kind])
