"""A subscriber's statement of one period: adds up to the last micro, settled or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.db.models import BooleanField, Case, Count, Q, QuerySet, Value, When

from accounts.models import User
from payments.budgets.models import Budget
from payments.settlement.division import divide
from payments.settlement.models import Settlement
from things.models import Click, Thing
from things.periods import Period


class NothingGiven(LookupError):
    """The subscriber has no budget in the period."""

    def __init__(self, subscriber: User, period: Period) -> None:
        super().__init__(f"{subscriber.username} has no budget in {period}")


class State(Enum):
    """How far the period has come."""

    RUNNING = "running"
    BEING_SETTLED = "being settled"
    SETTLED = "settled"


@dataclass(frozen=True)
class Statement:
    """One subscriber, one period: `share * counted + remainder == budget.amount`, in micros.

    `clicks` are all clicks, earliest first, each with `counts`: False where it takes no part.
    Before the period is settled, the share is what each click would be worth now.
    """

    budget: Budget
    state: State
    counted: int
    left_out: int
    share: int
    remainder: int
    clicks: QuerySet[Click]

    @property
    def is_settled(self) -> bool:
        """Whether the figures are final."""
        return self.state is State.SETTLED

    @property
    def is_running(self) -> bool:
        """Whether clicks still come in."""
        return self.state is State.RUNNING

    @property
    def share_with_one_more(self) -> int:
        """What each click would be worth with one more, in micros."""
        return divide(self.budget.amount, self.counted + 1)[0]

    @property
    def given(self) -> int:
        """What goes to creators, in micros."""
        return self.share * self.counted


def budgets_of(subscriber: User) -> QuerySet[Budget]:
    """The budgets of a subscriber, latest period first."""
    return Budget.objects.filter(subscriber=subscriber).order_by("-period")


def statement_of(*, subscriber: User, period: Period, at: datetime) -> Statement:
    """A subscriber's period as it stands at a moment. Three queries; clicks are read when paged.

    Raises NothingGiven if the subscriber has no budget in the period.
    """
    budget = budgets_of(subscriber).filter(period=period).first()
    if budget is None:
        raise NothingGiven(subscriber, period)
    settlement = Settlement.objects.filter(period=period).first()
    clicks = Click.objects.in_period(period).filter(subscriber=subscriber)
    left_out = _left_out(subscriber, settlement)
    found = clicks.aggregate(number=Count("thing"), left_out=Count("thing", filter=left_out))
    number: int = found["number"]
    counted = number - found["left_out"] if budget.clicks is None else budget.clicks
    share, remainder = divide(budget.amount, counted)
    return Statement(
        budget=budget,
        state=_state(budget, settlement, period, at),
        counted=counted,
        left_out=number - counted,
        share=share,
        remainder=remainder,
        clicks=_shown(clicks, left_out),
    )


def _left_out(subscriber: User, settlement: Settlement | None) -> Q:
    """The clicks that take no part: as the settlement decided, or as it would decide now."""
    if settlement is None:
        return (
            Q(subscriber__suspended=True)
            | Q(thing__state=Thing.State.SUSPENDED)
            | Q(thing__owner=None)
            | Q(thing__owner__suspended=True)
        )
    if subscriber.pk in settlement.left_out_subscribers:
        return Q(subscriber=subscriber)
    return Q(thing__in=settlement.left_out_things)


def _shown(clicks: QuerySet[Click], left_out: Q) -> QuerySet[Click]:
    counts = Case(
        When(left_out, then=Value(False)),  # noqa: FBT003 - a value of SQL
        default=Value(True),  # noqa: FBT003
        output_field=BooleanField(),
    )
    shown = clicks.annotate(counts=counts).select_related("thing__owner")
    return shown.order_by("clicked_at", "thing_id")


def _state(budget: Budget, settlement: Settlement | None, period: Period, at: datetime) -> State:
    if budget.share is not None:
        return State.SETTLED
    if settlement is not None or period.is_over(at=at):
        return State.BEING_SETTLED
    return State.RUNNING
