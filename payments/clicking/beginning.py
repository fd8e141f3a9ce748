"""The beginning of a period: the standing clicks of all subscribers come in."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError

from accounts.models import User
from payments.budgets.holding import NoMeans
from payments.clicking.coming_in import Waiting, let_in, waiting_in
from payments.clicking.skipping import note_skipped
from things.models import StandingClick
from things.partitions import PeriodSealed
from things.periods import Period

log = logging.getLogger(__name__)

# So many subscribers are taken together: by a task, and into memory.
SUBSCRIBERS_A_TASK = 500


@dataclass(frozen=True)
class CameIn:
    """How many standing clicks came in, and how many are due still: for want of means, say."""

    recorded: int
    due: int


def record_standing_clicks(
    *, period: Period, at: datetime, first: int = 0, last: int = 2**63 - 1
) -> CameIn:
    """Let the standing clicks of a period come in, of subscribers with numbers in a range.

    Safe to run again at any time. Where the means are wanting the subscriber is told, once a
    period, and the clicks come in at the next run after they are there. Each subscriber has a
    transaction of their own: what fails for one is logged, and holds nobody else up.
    """
    recorded = 0
    waiting = waiting_in(period, first=first, last=last)
    for start in range(0, len(waiting), SUBSCRIBERS_A_TASK):
        part = waiting[start : start + SUBSCRIBERS_A_TASK]
        users = User.objects.in_bulk([one.subscriber_id for one in part])
        recorded += sum(_begin(one, users[one.subscriber_id], period, at) for one in part)
    due = StandingClick.objects.due(period).filter(subscriber__gte=first, subscriber__lte=last)
    return CameIn(recorded, due.count())


def task_ranges(period: Period) -> list[tuple[int, int]]:
    """The ranges of subscribers for whom something is to be done, for as many tasks."""
    ids = [one.subscriber_id for one in waiting_in(period)]
    parts = [ids[n : n + SUBSCRIBERS_A_TASK] for n in range(0, len(ids), SUBSCRIBERS_A_TASK)]
    return [(part[0], part[-1]) for part in parts]


def _begin(waiting: Waiting, subscriber: User, period: Period, at: datetime) -> int:
    try:
        if waiting.covered:
            return let_in(subscriber=subscriber, period=period, at=at)
        note_skipped(subscriber=subscriber, period=period, at=at)
    except (NoMeans, PeriodSealed) as refusal:
        log.info("standing clicks of %s in %s: %s", subscriber.pk, period, refusal)
    except DatabaseError:
        log.exception("standing clicks of %s in %s", subscriber.pk, period)
    return 0
