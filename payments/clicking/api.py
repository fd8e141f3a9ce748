"""Clicking, taking a click back, and standing clicks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.fields import Field
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.access import needs
from accounts.api.describing import FULL, PAGED
from accounts.api.errors import Error, Refused
from accounts.api.idempotency import once
from accounts.api.paging import page_asked
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
from payments.clicking.standing import (
    AlreadyStanding,
    NoSuchStandingClick,
    end_standing_click,
    standing_clicks_of,
    start_standing_click,
    toggle_standing_click,
)
from things.aliases.finding import thing_numbered
from things.api.presenting import present_embedded, present_mini
from things.api.shapes import EmbeddedThingShape, FlattredShape, WrittenShape
from things.api.things import ThingView
from things.autosubmit import NotAutoSubmit
from things.models import Click, StandingClick, Thing
from things.partitions import PeriodSealed
from things.periods import Period
from things.showing import NothingToShow, show_click
from things.submitting import NoSuchThing, OwnerMismatch, OwnerRestricted, thing_to_click

CLICK = needs(Scope.FLATTR)


def _visibility(*, required: bool) -> serializers.ChoiceField:
    return serializers.ChoiceField(
        choices=[one.written for one in Visibility],
        required=required,
        help_text="Who may know of it; as the user chose for all if left out",
    )


FlattrInput = inline_serializer(
    "FlattrInput",
    {
        "url": serializers.CharField(help_text="A thing's address, or an auto-submit URL"),
        "visibility": _visibility(required=False),
    },
)
Subscription: dict[str, Field[Any, Any, Any, Any]] = {
    "type": serializers.ChoiceField(["subscription"]),
    "active": serializers.BooleanField(),
    "created_at": serializers.IntegerField(help_text="Unix seconds"),
    "started_at": serializers.IntegerField(help_text="Unix seconds"),
    "thing": EmbeddedThingShape(),
}
SubscriptionShape = inline_serializer("Subscription", Subscription, many=True)
StandingShape = inline_serializer(
    "StandingClick",
    {
        **Subscription,
        "type": serializers.ChoiceField(["standing_click"]),
        "until": serializers.CharField(allow_blank=True, help_text="YYYY-MM-DD, or empty"),
        "last_period": serializers.CharField(help_text="YYYY-MM"),
    },
    many=True,
)


class ClickInput(serializers.Serializer[Click]):
    """Who may know of a click."""

    visibility = _visibility(required=False)


class ShowInput(serializers.Serializer[Click]):
    """Who may know of a click that is there."""

    visibility = _visibility(required=True)


class UntilInput(serializers.Serializer[StandingClick]):
    """How long a standing click is to stand."""

    until = serializers.DateField(required=False, help_text="The last day; for good if left out")


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


class Subscriptions(ThingView):
    """The standing click on a thing."""

    access = {"POST": CLICK, "PUT": CLICK, "DELETE": CLICK}

    @extend_schema(request=UntilInput, responses=FlattredShape, summary="Click a thing every month")
    @once
    def post(self, request: Request, thing_id: int, **_format: str) -> Response:
        """From the next period on."""
        thing, given = self.visible_thing(thing_id), UntilInput(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            start_standing_click(
                subscriber=self.subscriber, thing=thing, at=timezone.now(), **given.validated_data
            )
        except OwnThing as refusal:
            raise Refused(Error.THING_OWNER) from refusal
        except AlreadyStanding as refusal:
            raise Refused(Error.SUBSCRIBED) from refusal
        except ThingUnavailable as refusal:
            raise Refused(Error.VALIDATION, "Nobody owns the thing yet") from refusal
        return Response(_done("Successfully subscribed to Thing", thing, request))

    @extend_schema(
        request=None, responses=WrittenShape, summary="Pause a standing click, or start it again"
    )
    @once
    def put(self, request: Request, thing_id: int, **_format: str) -> Response:
        """Whichever it is not."""
        with _naming_what_is_missing():
            standing = toggle_standing_click(
                subscriber=self.subscriber, thing_id=thing_id, at=timezone.now()
            )
        word = "started" if standing.active else "paused"
        return Response({"message": word, "description": f"Subscription {word}"})

    @extend_schema(
        responses={204: OpenApiResponse(description="Ended")}, summary="End a standing click"
    )
    @once
    def delete(self, request: Request, thing_id: int, **_format: str) -> Response:
        """For good."""
        with _naming_what_is_missing():
            end_standing_click(subscriber=self.subscriber, thing_id=thing_id)
        return Response(status=204)


class OwnSubscriptions(ThingView):
    """One's standing clicks, as Flattr listed them."""

    access = {"GET": CLICK}
    kind = "subscription"

    @extend_schema(
        responses=SubscriptionShape, parameters=[*PAGED, FULL], summary="One's subscriptions"
    )
    def get(self, request: Request, **_format: str) -> Response:
        """Latest first."""
        standing = list(standing_clicks_of(self.subscriber)[page_asked(request).rows])
        things = present_embedded([one.thing for one in standing], self.presenting)
        return Response([self.present(one, things[one.thing_id]) for one in standing])

    def present(self, standing: StandingClick, thing: dict[str, Any]) -> dict[str, Any]:
        """One of them."""
        return {
            "type": self.kind,
            "active": standing.active,
            "created_at": int(standing.created_at.timestamp()),
            "started_at": int(standing.started_at.timestamp()),
            "thing": thing,
        }


class OwnStanding(OwnSubscriptions):
    """One's standing clicks with what Flattr did not say: until when, and when last."""

    kind = "standing_click"

    @extend_schema(
        responses=StandingShape, parameters=[*PAGED, FULL], summary="One's standing clicks"
    )
    def get(self, request: Request, **_format: str) -> Response:
        """Latest first."""
        return super().get(request)

    def present(self, standing: StandingClick, thing: dict[str, Any]) -> dict[str, Any]:
        """One of them."""
        return {
            **super().present(standing, thing),
            "until": "" if standing.until is None else standing.until.isoformat(),
            "last_period": str(standing.last_period),
        }


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
    done = _done("Thing was successfully flattred", thing, view.request)
    return Response({**done, "location": location})


def _thing_at(address: str) -> Thing:
    try:
        return thing_to_click(address)
    except NoSuchThing as refusal:
        raise Refused(Error.NOT_FOUND, "No thing was found") from refusal
    except (OwnerMismatch, OwnerRestricted, NotAutoSubmit) as refusal:
        raise Refused(Error.VALIDATION, str(refusal)) from refusal


def _done(description: str, thing: Thing, request: Request) -> dict[str, Any]:
    return {"message": "ok", "description": description, "thing": present_mini(thing, request)}


@contextmanager
def _naming_what_is_missing() -> Iterator[None]:
    try:
        yield
    except NoSuchStandingClick as refusal:
        raise Refused(Error.NOT_FOUND, "The requested subscription could not be found") from refusal


RESOURCES = [
    Resource("flattr", Flattr),
    Resource("things/<number:thing_id>/flattr", FlattrThing),
    Resource("things/<number:thing_id>/subscriptions", Subscriptions),
    Resource("user/standing", OwnStanding),
    Resource("user/subscriptions", OwnSubscriptions),
]
