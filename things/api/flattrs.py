"""Lists of clicks, and the same as activities."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.access import ANY_TOKEN, PUBLIC
from accounts.api.describing import FULL, PAGED, parameter
from accounts.api.errors import Error, Refused
from accounts.api.paging import page_asked
from accounts.api.people import present_user
from accounts.api.resources import user_named
from accounts.models import User
from things.api.presenting import present_embedded
from things.api.shapes import FlattrShape, StreamShape
from things.api.streams import Atom, Stream, StreamAsJson, present_activity
from things.api.things import StreamedView, ThingView
from things.clicks import ListedClick, clicks_by, clicks_on, clicks_received


class ListedFlattrs(StreamedView):
    """Clicks, latest first."""

    def respond(self, clicks: list[ListedClick]) -> Response:
        """The rows of a page."""
        if self.is_stream:
            return Response(as_stream(clicks, self.request))
        things = present_embedded({click.thing for click in clicks}, self.presenting)
        return Response(
            [
                {
                    "type": "flattr",
                    "thing": things[click.thing.pk],
                    "owner": present_user(click.subscriber, self.presenting),
                    "created_at": int(click.clicked_at.timestamp()),
                }
                for click in clicks
            ]
        )


class OwnFlattrs(ListedFlattrs):
    """What one clicked."""

    access = {"GET": ANY_TOKEN}

    @extend_schema(
        responses=FlattrShape(many=True), parameters=[*PAGED, FULL], summary="What one clicked"
    )
    def get(self, request: Request, **_format: str) -> Response:
        """Latest first."""
        rows = page_asked(request).rows
        return self.respond(clicks_by(self.subscriber, viewer=self.viewer, rows=rows))


class UserFlattrs(ListedFlattrs):
    """What somebody clicked."""

    access = {"GET": PUBLIC}

    @extend_schema(
        responses=FlattrShape(many=True), parameters=[*PAGED, FULL], summary="What a user clicked"
    )
    def get(self, request: Request, username: str, **_format: str) -> Response:
        """Latest first; what the user gives anonymously is not among them."""
        rows = page_asked(request).rows
        user = user_named(username)
        return self.respond(clicks_by(user, viewer=reader_of(user, self), rows=rows))


class ThingFlattrs(ListedFlattrs):
    """Who clicked a thing."""

    access = {"GET": PUBLIC}

    @extend_schema(
        responses=FlattrShape(many=True), parameters=[*PAGED, FULL], summary="Who clicked a thing"
    )
    def get(self, request: Request, thing_id: int, **_format: str) -> Response:
        """Latest first, without those who hide what they click."""
        thing = self.visible_thing(thing_id)
        return self.respond(clicks_on(thing, viewer=self.insider, rows=page_asked(request).rows))


class Activities(ThingView):
    """Clicks given or received, as activities and as nothing else."""

    renderer_classes = [Stream, Atom, StreamAsJson]

    def respond(self, user: User) -> Response:
        """A page of them."""
        kinds = {"outgoing": clicks_by, "incoming": clicks_received}
        kind = self.request.query_params.get("type", "") or "outgoing"
        if kind not in kinds:
            raise Refused(Error.INVALID_PARAMETERS, "type must be outgoing or incoming")
        viewer = reader_of(user, self) if kind == "outgoing" else self.insider
        clicks = kinds[kind](user, viewer=viewer, rows=page_asked(self.request).rows)
        return Response(as_stream(clicks, self.request))


KIND = parameter("type", "`outgoing`, the default, or `incoming`")


class OwnActivities(Activities):
    """One's own."""

    access = {"GET": ANY_TOKEN}

    @extend_schema(responses=StreamShape, parameters=[KIND, *PAGED], summary="One's activities")
    def get(self, request: Request, **_format: str) -> Response:
        """Latest first."""
        return self.respond(self.subscriber)


class UserActivities(Activities):
    """Somebody's."""

    access = {"GET": PUBLIC}

    @extend_schema(responses=StreamShape, parameters=[KIND, *PAGED], summary="A user's activities")
    def get(self, request: Request, username: str, **_format: str) -> Response:
        """Latest first."""
        return self.respond(user_named(username))


def reader_of(user: User, view: ThingView) -> User | None:
    """Who reads what a user clicked: with any token that user, by scope somebody they gave to."""
    return user if view.viewer == user else view.insider


def as_stream(clicks: list[ListedClick], request: Request) -> dict[str, Any]:
    """Clicks as activities."""
    return {
        "items": [
            present_activity(
                actor=click.subscriber,
                verb="like",
                thing=click.thing,
                at=click.clicked_at,
                request=request,
            )
            for click in clicks
        ]
    }
