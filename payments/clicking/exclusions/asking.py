"""Which clicks are excluded: the same question for the ORM and for the month end's SQL."""

from __future__ import annotations

from typing import LiteralString

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from accounts.models import User
from payments.clicking.exclusions.models import Exclusion
from things.models import Thing
from things.partitions import is_sealed
from things.periods import Period

# A page is for people: who has more finds all of them in the month's file.
SHOWN = 100

# For statements of one period, in which the table of clicks is called `click`. A list that is
# hashed once: joined, it would change the order in which a million clicks are read.
WITHOUT_EXCLUDED_CLICKS: LiteralString = (
    " AND (click.subscriber_id, click.thing_id) NOT IN ("
    "SELECT excluded.subscriber_id, excluded.thing_id FROM payments_exclusion AS excluded"
    " WHERE excluded.period = %(period)s AND excluded.undone_at IS NULL"
    " AND excluded.subscriber_id IS NOT NULL)"
)

# The same for pages, of whole things too, and of any periods.
NOT_EXCLUDED: LiteralString = (
    "NOT EXISTS (SELECT FROM payments_exclusion AS excluded"
    " WHERE excluded.period = click.period AND excluded.thing_id = click.thing_id"
    " AND excluded.undone_at IS NULL"
    " AND coalesce(excluded.subscriber_id, click.subscriber_id) = click.subscriber_id)"
)


def in_force(period: Period) -> QuerySet[Exclusion]:
    """What is excluded from a period's division."""
    return Exclusion.objects.filter(period=period, undone_at=None)


def excludes_clicks(period: Period) -> bool:
    """Whether single clicks of a period are excluded. One query."""
    return in_force(period).filter(subscriber__isnull=False).exists()


def is_excluded(period: Period) -> Exists:
    """Whether a click of a period is excluded, itself or with its thing; for a query of clicks."""
    return Exists(_of_click(period))


def excluded_for(period: Period) -> Subquery:
    """Why a click of a period is excluded; for a query of clicks."""
    return Subquery(_of_click(period).order_by("pk").values("reason")[:1])


def excluded_from_earnings(creator: User, period: Period) -> QuerySet[Exclusion]:
    """What of a creator's things is excluded in a period, latest first."""
    of_creator = in_force(period).filter(thing__owner=creator)
    return of_creator.select_related("thing__owner").order_by("-pk")


def why_not_merged(things: list[Thing]) -> str:
    """Why things cannot be merged now: what is excluded must not escape into another thing.

    Empty where nothing stands against it. One query.
    """
    standing = Exclusion.objects.filter(thing__in=things, undone_at=None).order_by("-period", "pk")
    for exclusion in standing.select_related("thing"):
        if not is_sealed(exclusion.period):
            return f"{exclusion.thing.url} is excluded from {exclusion.period}, not settled yet"
    return ""


def _of_click(period: Period) -> QuerySet[Exclusion]:
    whose = Q(subscriber=OuterRef("subscriber")) | Q(subscriber=None)
    return in_force(period).filter(whose, thing=OuterRef("thing"))
