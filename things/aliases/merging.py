"""Two things of one owner are one page: one of them takes the other in, with all its history.

Note [Merged things]. Nothing that is settled changes: a merged thing keeps its row, its number,
its clicks of sealed periods and what they earned. It points to the one that took it in, which
answers in its place and whose page and counts show the sum. Clicks of periods that are still open
move over; who clicked both has one click, for a thing is clicked once a period.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection, transaction
from psycopg import sql

from things.aliases.models import Alias
from things.models import PendingClick, Popularity, StandingClick, Thing
from things.partitions import (
    PeriodSealed,
    is_sealed,
    naming_the_seal,
    partition_name,
    periods_with_partition,
)
from things.periods import Period

# A click that was on its way while its thing was merged has come in long before.
LATECOMERS = timedelta(days=2)


# What rooms above have against merging two things now: a sentence, or nothing.
_OBJECTIONS: dict[str, Callable[[list[Thing]], str]] = {}


def add_objection(name: str, objection: Callable[[list[Thing]], str]) -> None:
    """Ask a room above before things are merged, with both rows locked: once for each name."""
    _OBJECTIONS[name] = objection


class CannotMerge(ValueError):
    """Two things that cannot be merged now, such as of two owners; the message says why."""


def merge_things(*, kept: Thing, absorbed: Thing, at: datetime) -> None:
    """Let one thing take another one of the same owner in. See Note [Merged things].

    Locks both rows, the smaller number first, so that two merges at once cannot wait for each
    other. Raises CannotMerge. The same again changes nothing.
    """
    with transaction.atomic():
        locked = Thing.objects.select_for_update().order_by("pk")
        rows = {thing.pk: thing for thing in locked.filter(pk__in=[kept.pk, absorbed.pk])}
        into, gone = rows[kept.pk], rows[absorbed.pk]
        if gone.merged_into_id == into.pk:
            return
        _check(into, gone)
        Thing.objects.filter(merged_into=gone).update(merged_into=into)
        Alias.objects.filter(thing=gone).update(thing=into)
        gone.state, gone.merged_into, gone.merged_at = Thing.State.MERGED, into, at
        gone.save(update_fields=["state", "merged_into", "merged_at"])
        Popularity.objects.filter(thing=gone).update(
            flattrs=0, flattrs_month=0, flattrs_week=0, flattrs_day=0, trend=0, counted_at=at
        )
        Popularity.objects.filter(thing=into).update(counted_at=None)
        _move_clicks(gone.pk, into.pk)
    kept.refresh_from_db()
    absorbed.refresh_from_db()


def move_latecomers(*, at: datetime) -> int:
    """Move the clicks that came in while their thing was being merged. Returns how many."""
    lately = Thing.objects.filter(merged_at__gt=at - LATECOMERS).order_by("pk")
    moved = 0
    for gone, into in lately.values_list("pk", "merged_into"):
        if into is not None:
            with transaction.atomic():
                moved += _move_clicks(gone, into)
    return moved


def _check(kept: Thing, absorbed: Thing) -> None:
    if kept.pk == absorbed.pk:
        raise CannotMerge(f"{kept.url} cannot take itself in")
    if kept.owner_id is None or kept.owner_id != absorbed.owner_id:
        raise CannotMerge(f"{kept.url} and {absorbed.url} do not belong to one person")
    if kept.state != Thing.State.ACTIVE:
        raise CannotMerge(f"{kept.url} is {kept.get_state_display()}")
    if absorbed.state not in {Thing.State.ACTIVE, Thing.State.WITHDRAWN}:
        raise CannotMerge(f"{absorbed.url} is {absorbed.get_state_display()}")
    for objection in _OBJECTIONS.values():
        if said := objection([kept, absorbed]):
            raise CannotMerge(said)


def _move_clicks(absorbed: int, kept: int) -> int:
    """Those of open periods, those that wait, and those that stand."""
    moved = sum(_move_in(period, absorbed, kept) for period in periods_with_partition())
    for model in (PendingClick, StandingClick):
        both = model.objects.filter(thing=kept).values_list("subscriber", flat=True)
        model.objects.filter(thing=absorbed, subscriber__in=both).delete()
        moved += model.objects.filter(thing=absorbed).update(thing=kept)
    return moved


def _move_in(period: Period, absorbed: int, kept: int) -> int:
    """One statement: no click can come in between what is taken away and what is put there."""
    if is_sealed(period):
        return 0
    statement = sql.SQL(
        "WITH moved AS (DELETE FROM {clicks} WHERE thing_id = {absorbed} RETURNING *)"
        " INSERT INTO {clicks} (period, subscriber_id, thing_id, clicked_at, visibility)"
        " SELECT period, subscriber_id, {kept}, clicked_at, visibility FROM moved"
        " ON CONFLICT DO NOTHING"
    ).format(
        clicks=sql.Identifier(partition_name(period)),
        absorbed=sql.Literal(absorbed),
        kept=sql.Literal(kept),
    )
    try:
        with naming_the_seal(), connection.cursor() as cursor:
            cursor.execute(statement)
            return int(cursor.rowcount)
    except PeriodSealed:
        return 0  # Its settlement has just begun: it counts for the thing that was clicked.
