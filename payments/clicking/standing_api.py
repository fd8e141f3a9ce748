"""Standing clicks, which Flattr called subscriptions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.fields import Field
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.describing import FULL, PAGED
from accounts.api.errors import Error, Refused
from accounts.api.idempotency import once
from accounts.api.paging import page_asked
from accounts.api.routes import Resource
from accounts.visibility import chosen_visibility
from payments.clicking.api import CLICK, done, visibility_field
from payments.clicking.recording import OwnThing, ThingUnavailable
from payments.clicking.standing import (
    AlreadyStanding,
    NoSuchStandingClick,
    end_standing_click,
    standing_clicks_of,
    start_standing_click,
    toggle_standing_click,
)
from things.api.presenting import present_embedded
from things.api.shapes import EmbeddedThingShape, FlattredShape, WrittenShape
from things.api.things import ThingView
from things.models import StandingClick

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


class UntilInput(serializers.Serializer[StandingClick]):
    """How long a standing click is to stand."""

    until = serializers.DateField(required=False, help_text="The last day; for good if left out")
    visibility = visibility_field(required=False)


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
                subscriber=self.subscriber,
                thing=thing,
                at=timezone.now(),
                until=given.validated_data.get("until"),
                visibility=chosen_visibility(given.validated_data),
            )
        except OwnThing as refusal:
            raise Refused(Error.THING_OWNER) from refusal
        except AlreadyStanding as refusal:
            raise Refused(Error.SUBSCRIBED) from refusal
        except ThingUnavailable as refusal:
            raise Refused(Error.VALIDATION, "Nobody owns the thing yet") from refusal
        return Response(done("Successfully subscribed to Thing", thing, request))

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


@contextmanager
def _naming_what_is_missing() -> Iterator[None]:
    try:
        yield
    except NoSuchStandingClick as refusal:
        raise Refused(Error.NOT_FOUND, "The requested subscription could not be found") from refusal


RESOURCES = [
    Resource("things/<number:thing_id>/subscriptions", Subscriptions),
    Resource("user/standing", OwnStanding),
    Resource("user/subscriptions", OwnSubscriptions),
]
