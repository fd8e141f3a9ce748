"""Things and clicks as the API shows them. Each list costs the same queries, however long."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Max
from django.db.models.functions import Coalesce
from django.utils import timezone
from rest_framework.request import Request

from accounts.api.people import api_address, present_user
from accounts.models import User
from things.models import Click, PendingClick, StandingClick, Thing
from things.periods import Period

NOBODY = {"type": "user", "resource": "", "link": "", "username": ""}


@dataclass(frozen=True)
class ClickFigures:
    """How often one thing was clicked, by how many, and when last."""

    clicks: int = 0
    users: int = 0
    last_at: datetime | None = None


@dataclass(frozen=True)
class Figures:
    """What is known of the clicks on some things, by their identifiers."""

    clicks: dict[int, ClickFigures]
    flattred: set[int] = field(default_factory=set)
    subscribed: set[int] = field(default_factory=set)


def present_things(things: Sequence[Thing], context: dict[str, Any]) -> list[dict[str, Any]]:
    """Things, whole. Two queries, and three more where there is a token."""
    figures = figures_of([thing.pk for thing in things], _viewer(context))
    return [_whole(thing, figures, context) for thing in things]


def present_thing(thing: Thing, context: dict[str, Any]) -> dict[str, Any]:
    """One thing, whole."""
    return present_things([thing], context)[0]


def present_mini(thing: Thing, request: Request) -> dict[str, Any]:
    """One thing as it stands in the answer to a click: without its owner. Two queries."""
    return _mini(thing, figures_of([thing.pk], None), request)


def present_embedded(things: Iterable[Thing], context: dict[str, Any]) -> dict[int, dict[str, Any]]:
    """Things as they stand inside flattrs and standing clicks, by their identifiers.

    Mini things with their owners; whole where `full` was asked for. Two queries, or five.
    """
    things = list(things)
    if context["full"]:
        whole = present_things(things, context)
        return {thing.pk: shown for thing, shown in zip(things, whole, strict=True)}
    figures = figures_of([thing.pk for thing in things], None)
    return {
        thing.pk: {
            **_mini(thing, figures, context["request"]),
            "owner": present_owner(thing.owner, context),
        }
        for thing in things
    }


def present_owner(owner: User | None, context: dict[str, Any]) -> dict[str, Any]:
    """The owner of a thing; of an unclaimed one a user without a name: null breaks clients."""
    return NOBODY if owner is None else present_user(owner, context)


def figures_of(things: Sequence[int], viewer: User | None) -> Figures:
    """The clicks on things, pending ones included. Two queries, and three more for a viewer."""
    clicks = _count(things)
    if viewer is None:
        return Figures(clicks)
    mine = {"subscriber": viewer, "thing__in": things}
    period = Period.of(timezone.now())
    # Once a month is closed, clicks count in the next: so they show as clicked, too.
    counted = Click.objects.filter(period__in=[period, period.next], **mine)
    pending = PendingClick.objects.filter(**mine)
    standing = StandingClick.objects.filter(**mine)
    return Figures(
        clicks,
        {*counted.values_list("thing", flat=True), *pending.values_list("thing", flat=True)},
        set(standing.values_list("thing", flat=True)),
    )


def _count(things: Sequence[int]) -> dict[int, ClickFigures]:
    found: dict[int, ClickFigures] = {}
    for model in (PendingClick, Click):
        family = Thing.objects.with_merged(things).values("pk")
        clicks = model._default_manager.filter(thing__in=family).order_by()
        rows = clicks.values(kept=Coalesce("thing__merged_into", "thing"))
        for row in rows.annotate(
            clicks=Count("*"), users=Count("subscriber", distinct=True), last=Max("clicked_at")
        ):
            before = found.get(row["kept"], ClickFigures())
            found[row["kept"]] = ClickFigures(
                before.clicks + row["clicks"],
                before.users + row["users"],
                max(before.last_at or row["last"], row["last"]),
            )
    return found


def _whole(thing: Thing, figures: Figures, context: dict[str, Any]) -> dict[str, Any]:
    """All fields, in the order in which Flattr wrote them."""
    viewer, clicks = _viewer(context), figures.clicks.get(thing.pk, ClickFigures())
    mini = _mini(thing, figures, context["request"])
    shown = {name: mini[name] for name in ("type", "resource", "link", "id", "url", "flattrs")} | {
        "flattrs_user_count": clicks.users,
        "title": thing.title,
        "description": thing.description,
        "tags": thing.tags,
        "language": thing.language,
        "category": thing.category,
        "created_at": _seconds(thing.created_at),
        "owner": present_owner(thing.owner, context),
        "hidden": thing.hidden,
        "image": "",
    }
    if viewer is not None:
        shown["flattred"] = thing.pk in figures.flattred
        shown["subscribed"] = thing.pk in figures.subscribed
    if viewer is not None and viewer.pk == thing.owner_id:
        shown["last_flattr_at"] = _seconds(clicks.last_at)
        shown["updated_at"] = _seconds(thing.updated_at)
    return shown


def _mini(thing: Thing, figures: Figures, request: Request) -> dict[str, Any]:
    return {
        "type": "thing",
        "resource": api_address(request, f"things/{thing.pk}"),
        "link": request.build_absolute_uri(f"/thing/{thing.pk}"),
        "id": thing.pk,
        "url": thing.url,
        "title": thing.title,
        "image": "",
        "flattrs": figures.clicks.get(thing.pk, ClickFigures()).clicks,
    }


def _viewer(context: dict[str, Any]) -> User | None:
    user = context["request"].user
    return user if isinstance(user, User) else None


def _seconds(moment: datetime | None) -> int:
    """Unix seconds; 0 for never."""
    return 0 if moment is None else int(moment.timestamp())
