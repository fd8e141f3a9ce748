"""Clicking, taking a click back, and who may know of it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.access import needs
from accounts.api.errors import Error, Refused
from accounts.api.idempotency import once
from accounts.api.people import api_address
from accounts.api.routes import Resource
from accounts.oauth.scopes import Scope
from accounts.visibility import Visibility, chosen_visibility, read_visibility
from payments.budgets.holding import NoMeans
from payments.clicking.recording import (
    NoSuchClick,
    Outcome,
    OwnThing,
    SubscriberSuspended,
    ThingUnavailable,
    record_click,
    take_back_click,
)
from things.aliases.finding import thing_numbered
from things.api.presenting import present_mini
from things.api.shapes import FlattredShape, WrittenShape
from things.api.things import ThingView
from things.autosubmit import NotAutoSubmit
from things.models import Click, Thing
from things.partitions import PeriodSealed
from things.periods import Period
from things.showing import NothingToShow, show_click
from things.submitting import NoSuchThing, OwnerMismatch, OwnerRestricted, thing_to_click

CLICK = needs(Scope.FLATTR)


def visibility_field(*, required: bool) -> serializers.ChoiceField:
    """Who may know."""
    return serializers.ChoiceField(
        choices=[one.written for one in Visibility],
        required=required,
        help_text="Who may know of it; as the user chose for all if left out",
    )


FlattrInput = inline_serializer(
    "FlattrInput",
    {
        "url": serializers.CharField(help_text="A thing's address, or an auto-submit URL"),
        "visibility": visibility_field(required=False),
    },
)


class ClickInput(serializers.Serializer[Click]):
    """Who may know of a click."""

    visibility = visibility_field(required=False)


class ShowInput(serializers.Serializer[Click]):
    """Who may know of a click that is there."""

    visibility = visibility_field(required=True)


class FlattrThing(ThingView):
    """The click on a thing."""

    access = {"POST": CLICK, "PATCH": CLICK, "DELETE": CLICK}

    @extend_schema(request=ClickInput, responses=FlattredShape, summary="Click a thing")
    @once
    def post(self, request: Request, thing_id: int, **_format: str) -> Response:
        """Once a period."""
        return click(self, self.visible_thing(thing_id))

    @extend_schema(request=ShowInput, responses=WrittenShape, summary="Say who may know of a click")
    @once
    def patch(self, request: Request, thing_id: int, **_format: str) -> Response:
        """Of the running period, or one that waits for the thing's creator."""
        given = ShowInput(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            show_click(
                subscriber=self.subscriber,
                thing_id=thing_id,
                period=Period.of(timezone.now()),
                visibility=read_visibility(given.validated_data["visibility"]),
            )
        except NothingToShow as refusal:
            raise Refused(Error.NOT_FOUND, "There is no click of this period") from refusal
        return Response({"message": "ok", "description": "Click was updated correctly"})

    @extend_schema(
        responses={204: OpenApiResponse(description="Taken back")}, summary="Take a click back"
    )
    @once
    def delete(self, request: Request, thing_id: int, **_format: str) -> Response:
        """While its period is running."""
        thing = thing_numbered(thing_id) or Thing(pk=thing_id)
        try:
            take_back_click(subscriber=self.subscriber, thing=thing, at=timezone.now())
        except NoSuchClick as refusal:
            raise Refused(Error.NOT_FOUND, "There is no click of this period") from refusal
        except PeriodSealed as refusal:
            raise Refused(Error.FORBIDDEN, "The period is being settled") from refusal
        return Response(status=204)


class Flattr(ThingView):
    """The click on whatever is at an address."""

    access = {"POST": CLICK}

    @extend_schema(
        request=FlattrInput,
        responses=FlattredShape,
        summary="Click what is at an address",
        description=(
            "An auto-submit URL, or an address on a known service, makes the thing with its first"
            " click. A refused click makes none."
        ),
    )
    @once
    def post(self, request: Request, **_format: str) -> Response:
        """The thing comes to be with its first click."""
        address = dict(request.data.items()).get("url")  # type: ignore[union-attr]  # bodies are objects
        if not isinstance(address, str) or not address:
            raise Refused(Error.INVALID_PARAMETERS, "url is missing")
        with transaction.atomic():
            return click(self, _thing_at(address))


def click(view: ThingView, thing: Thing) -> Response:
    """Click a thing for the request's user; every refusal under its name in the API."""
    given = ClickInput(data=view.request.data)
    given.is_valid(raise_exception=True)
    try:
        recorded = record_click(
            subscriber=view.subscriber,
            thing=thing,
            at=timezone.now(),
            visibility=chosen_visibility(given.validated_data),
        )
    except OwnThing as refusal:
        raise Refused(Error.FLATTR_OWNER) from refusal
    except ThingUnavailable as refusal:
        raise Refused(Error.NOT_FOUND) from refusal
    except SubscriberSuspended as refusal:
        raise Refused(Error.FORBIDDEN, "You are suspended") from refusal
    except NoMeans as refusal:
        raise Refused(Error.NO_MEANS) from refusal
    if recorded.outcome is Outcome.ALREADY:
        raise Refused(Error.FLATTR_ONCE)
    location = api_address(view.request, f"things/{thing.pk}")
    answer = done("Thing was successfully flattred", thing, view.request)
    return Response({**answer, "location": location})


def _thing_at(address: str) -> Thing:
    try:
        return thing_to_click(address)
    except NoSuchThing as refusal:
        raise Refused(Error.NOT_FOUND, "No thing was found") from refusal
    except (OwnerMismatch, OwnerRestricted, NotAutoSubmit) as refusal:
        raise Refused(Error.VALIDATION, str(refusal)) from refusal


def done(description: str, thing: Thing, request: Request) -> dict[str, Any]:
    """The answer to a write, as Flattr gave it."""
    return {"message": "ok", "description": description, "thing": present_mini(thing, request)}


RESOURCES = [
    Resource("flattr", Flattr),
    Resource("things/<number:thing_id>/flattr", FlattrThing),
]
