"""Marking whom the rules find, and holding what they would be paid. Nothing is taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from accounts.mail.kinds import Kind
from accounts.mail.queueing import queue_mail
from accounts.models import User
from payments.abuse.finding import Found, find
from payments.abuse.models import AbuseMark, AbuseRule, MarkDecision, MarkedGiver
from payments.payouts.holds import hold_payouts
from things.periods import Period

HOLD_KEY = "abuse:"
# One run at a time: any constant will do, but that of another lock.
_LOCK = 7_041_984


@dataclass(frozen=True)
class Marked:
    """What one rule did in a run: how many creators it found, and how many marks are new."""

    rule: AbuseRule
    found: int
    new: int


def mark_period(*, period: Period, at: datetime) -> list[Marked]:
    """Run each rule that is on over a period, and mark whom it finds; holds where the rule does.

    Run again it makes the same marks, none twice; what was decided stays decided, and those whom
    staff released for good are left alone. A transaction each rule: after a crash the next run
    goes on. Two at once wait for each other.
    """
    rules = AbuseRule.objects.filter(on=True).order_by("pk")
    return [_mark_by(rule, period, at) for rule in rules]


def hold_mark(mark: AbuseMark, *, at: datetime, by: User | None = None) -> None:
    """Hold all that the creator of a mark would be paid, and tell them. The caller's transaction.

    The hold is one for each mark; what else holds a creator's payouts stays.
    """
    mark.hold = hold_payouts(
        owner=mark.subject,
        why=f"{mark.period}: {mark.rule.name}: {mark.why}",
        key=f"{HOLD_KEY}{mark.pk}",
        at=at,
        by=by,
    )
    queue_mail(
        to=mark.subject,
        kind=Kind.PAYOUT_HELD,
        key=f"payout_held:{mark.pk}",
        context={"month": mark.period.first_day},
    )


def _mark_by(rule: AbuseRule, period: Period, at: datetime) -> Marked:
    with transaction.atomic(durable=not connection.in_atomic_block):
        _wait_for_others()
        found = find(rule, period=period)
        new = [one for one in found if one.creator not in _known(rule, period)]
        for one in new:
            _mark(rule, period, one, at)
    return Marked(rule, len(found), len(new))


def _wait_for_others() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _known(rule: AbuseRule, period: Period) -> set[int]:
    marked = AbuseMark.objects.filter(rule=rule, period=period).values_list("subject", flat=True)
    released = MarkDecision.objects.filter(for_good=True, mark__rule=rule)
    return {*marked, *released.values_list("mark__subject", flat=True)}


def _mark(rule: AbuseRule, period: Period, found: Found, at: datetime) -> None:
    mark = AbuseMark(
        rule=rule, period=period, subject_id=found.creator, figures=found.figures, found_at=at
    )
    mark.save(force_insert=True)
    _note_givers(mark, found)
    if rule.holds:
        hold_mark(mark, at=at)
        mark.state = AbuseMark.State.HELD
        mark.save(update_fields=["state", "hold"])


def _note_givers(mark: AbuseMark, found: Found) -> Sequence[MarkedGiver]:
    return MarkedGiver.objects.bulk_create(
        MarkedGiver(
            mark=mark,
            giver_id=one.giver,
            clicks=one.clicks,
            amount=one.amount,
            currency=one.currency,
        )
        for one in found.givers
    )
