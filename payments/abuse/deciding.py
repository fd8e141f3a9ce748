"""What staff decide about a mark: it holds, nothing is wrong, or it is abuse."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.mail.kinds import Kind
from accounts.mail.queueing import queue_mail
from accounts.models import User
from payments.abuse.marking import hold_mark
from payments.abuse.models import AbuseMark, MarkDecision
from payments.payouts.holds import lift_hold

_State = AbuseMark.State
_NEXT = {
    _State.OPEN: {_State.HELD, _State.RELEASED, _State.CONFIRMED},
    _State.HELD: {_State.RELEASED, _State.CONFIRMED},
    _State.CONFIRMED: {_State.RELEASED},
    _State.RELEASED: set(),
}


class DecisionRefused(Exception):
    """A decision that cannot be taken; each reason is a class of its own."""


class AlreadyDecided(DecisionRefused):
    """Somebody was quicker, and decided otherwise."""


class OwnMark(DecisionRefused):
    """Who is marked, or gave to who is, does not decide it."""


def decide_mark(
    *,
    mark_id: int,
    state: AbuseMark.State,
    reason: str,
    by: User,
    at: datetime,
    for_good: bool = False,
) -> AbuseMark:
    """Hold, release or confirm a mark, with the reason; the decisions before it are kept.

    Released, its hold is lifted, and the creator is told; other holds stay. Confirmed, all stays
    held: to take the money back is a correction, which two people decide. `for_good`, with
    a release: the rule leaves this creator alone from now on. The same again changes nothing.
    Raises AlreadyDecided, OwnMark.
    """
    with transaction.atomic():
        mark = AbuseMark.objects.select_for_update(no_key=True, of=["self"]).get(pk=mark_id)
        if mark.subject_id == by.pk or mark.givers.filter(giver=by).exists():
            raise OwnMark("somebody else must decide this: it is about you")
        if mark.state == state:
            return mark
        if state not in _NEXT[_State(mark.state)]:
            raise AlreadyDecided(f"the mark is decided: {mark.get_state_display()}")
        mark.state = state
        _hold_or_lift(mark, by, at)
        mark.save(update_fields=["state", "hold"])
        MarkDecision.objects.create(
            mark=mark, state=state, for_good=for_good, reason=reason, by=by, at=at
        )
    return mark


def _hold_or_lift(mark: AbuseMark, by: User, at: datetime) -> None:
    if mark.state != _State.RELEASED:
        if mark.hold is None:
            hold_mark(mark, at=at, by=by)
        return
    if mark.hold is None:
        return
    lift_hold(hold_id=mark.hold.pk, by=by, at=at)
    queue_mail(
        to=mark.subject,
        kind=Kind.PAYOUT_RELEASED,
        key=f"payout_released:{mark.pk}",
        context={"month": mark.period.first_day},
    )
