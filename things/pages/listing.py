"""What is in the public lists, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from accounts.models import User
from things.catalogue import LANGUAGES, Category
from things.models import Click, Thing
from things.periods import Period

# "Now" is this long.
WINDOW = timedelta(days=7)

# So many things lead the catalogue; what comes after them nobody clicked lately or much.
LEADING = 500


@dataclass(frozen=True)
class Choice:
    """What of the catalogue is asked for; empty means all."""

    category: str = ""
    language: str = ""
    tag: str = ""

    @classmethod
    def cleaned(cls, *, category: str, language: str, tag: str) -> Choice:
        """A choice of what there is; unknown categories and languages count as none."""
        return cls(
            category=category if category in Category.values else "",
            language=language if language in LANGUAGES else "",
            tag=tag[:60],
        )


def public_things() -> QuerySet[Thing]:
    """What lists may show: not hidden, clickable, and not of a suspended owner."""
    shown = Thing.objects.active().filter(hidden=False, withheld=False).select_related("owner")
    return shown.exclude(owner__suspended=True)


def clicked_now(choice: Choice, *, at: datetime) -> list[Thing]:
    """The things that most people clicked in the last WINDOW, up to LEADING, each with `heat`.

    Two queries; the first reads the partitions of this period and the last.
    """
    period = Period.of(at)
    recent = Click.objects.filter(period__in=[period, period.previous], clicked_at__gt=at - WINDOW)
    matching = _matching(choice)
    heats = dict(
        recent.filter(thing__in=matching.order_by().values("pk"))
        .values_list("thing_id")
        .annotate(heat=Count("*"))
        .order_by("-heat", "-thing_id")[:LEADING]
    )
    things = public_things().in_bulk(list(heats))
    led = [things[thing_id] for thing_id in heats if thing_id in things]
    for thing in led:
        thing.heat = heats[thing.pk]  # type: ignore[attr-defined]
    return led


def things_of(creator: User) -> QuerySet[Thing]:
    """A creator's public things, latest first."""
    return public_things().filter(owner=creator).order_by("-created_at", "-pk")


def _matching(choice: Choice) -> QuerySet[Thing]:
    wanted = Q()
    if choice.category:
        wanted &= Q(category=choice.category)
    if choice.language:
        wanted &= Q(language=choice.language)
    if choice.tag:
        wanted &= Q(tags__contains=[choice.tag])
    return public_things().filter(wanted)
