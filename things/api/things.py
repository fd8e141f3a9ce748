"""`/things`, `/things/:id`, and the lists of somebody's things."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.access import ANY_TOKEN, PUBLIC, has_scope, needs
from accounts.api.describing import FULL, PAGED, parameter
from accounts.api.errors import Error, Refused
from accounts.api.formats import Json, Xml, Yaml
from accounts.api.idempotency import once
from accounts.api.paging import page_asked
from accounts.api.people import api_address
from accounts.api.resources import user_named
from accounts.api.views import ApiView
from accounts.models import User
from accounts.oauth.scopes import Scope
from things.aliases.finding import thing_numbered
from things.api.inputs import NewThingInput, ThingInput
from things.api.presenting import present_thing, present_things
from things.api.shapes import CreatedShape, ThingShape, WrittenShape
from things.api.streams import Atom, Stream, present_activity
from things.models import Thing, ThingQuerySet
from things.registering import (
    AlreadyRegistered,
    NotYours,
    change_thing,
    register_thing,
    withdraw_thing,
)
from things.search import in_order

MOST_IDENTIFIERS = 100
WRITE = needs(Scope.THING)


class ThingView(ApiView):
    """What resources about things share."""

    @property
    def insider(self) -> User | None:
        """The viewer, where the scope says that the token may know what they alone may."""
        return self.viewer if has_scope(self.request, Scope.EXTENDEDREAD) else None

    @property
    def visible(self) -> ThingQuerySet:
        """The things that the request may see: hidden ones are for their owner, by scope."""
        return Thing.objects.visible_to(self.insider).select_related("owner")

    def visible_thing(self, thing_id: int) -> Thing:
        """One of them. Refuses as `not_found` what is not there or may not be seen."""
        thing = self.visible.filter(pk=thing_id).first()
        if thing is None and (kept := thing_numbered(thing_id)):
            thing = self.visible.filter(pk=kept.pk).first()
        if thing is None:
            raise Refused(Error.NOT_FOUND, "The requested thing(s) could not be found")
        return thing


class StreamedView(ThingView):
    """A list that is also an activity stream."""

    renderer_classes = [Json, Xml, Yaml, Stream, Atom]

    @property
    def is_stream(self) -> bool:
        """Whether activities are asked for: by suffix, or for Atom also by `Accept`."""
        return self.request.accepted_renderer.format in {"as", "atom"}


class ListedThings(StreamedView):
    """Somebody's things, newest first."""

    def respond(self, owner: User) -> Response:
        """A page of them."""
        page = page_asked(self.request)
        things = list(self.visible.filter(owner=owner).order_by("-pk")[page.rows])
        if not self.is_stream:
            return Response(present_things(things, self.presenting))
        return Response({"items": [self._activity(owner, thing) for thing in things]})

    def _activity(self, owner: User, thing: Thing) -> dict[str, Any]:
        return present_activity(
            actor=owner, verb="share", thing=thing, at=thing.created_at, request=self.request
        )


class OwnThings(ListedThings):
    """One's own things."""

    access = {"GET": ANY_TOKEN}

    @extend_schema(
        responses=ThingShape(many=True), parameters=[*PAGED, FULL], summary="One's own things"
    )
    def get(self, request: Request, **_format: str) -> Response:
        """Hidden ones with the scope extendedread."""
        return self.respond(self.subscriber)


class UserThings(ListedThings):
    """A user's things."""

    access = {"GET": PUBLIC}

    @extend_schema(
        responses=ThingShape(many=True), parameters=[*PAGED, FULL], summary="A user's things"
    )
    def get(self, request: Request, username: str, **_format: str) -> Response:
        """Those that everybody may see."""
        return self.respond(user_named(username))


class Things(ThingView):
    """Several things by `id`, as old clients ask; and registering one."""

    access = {"GET": PUBLIC, "POST": WRITE}

    @extend_schema(
        responses=ThingShape(many=True),
        parameters=[parameter("id", "Identifiers between commas", required=True), FULL],
        summary="Several things",
    )
    def get(self, request: Request, **_format: str) -> Response:
        """In the order asked."""
        return _several(self, request.query_params.get("id", ""))

    @extend_schema(request=NewThingInput, responses={201: CreatedShape}, summary="Register a thing")
    @once
    def post(self, request: Request, **_format: str) -> Response:
        """In the name of the token's user."""
        given = NewThingInput(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            thing = register_thing(owner=self.subscriber, at=timezone.now(), **given.validated_data)
        except (NotYours, AlreadyRegistered) as refusal:
            raise Refused(Error.VALIDATION, str(refusal)) from refusal
        body = {
            "id": thing.pk,
            "link": api_address(request, f"things/{thing.pk}"),
            "message": "ok",
            "description": "Thing was created successfully",
        }
        return Response(body, status=201)


class SeveralThings(ThingView):
    """Several things by the address."""

    access = {"GET": PUBLIC}

    @extend_schema(exclude=True)
    def get(self, request: Request, thing_ids: str, **_format: str) -> Response:
        """In the order asked."""
        return _several(self, thing_ids)


class OneThing(ThingView):
    """A thing."""

    access = {"GET": PUBLIC, "POST": WRITE, "PATCH": WRITE, "DELETE": WRITE}

    @extend_schema(
        responses=ThingShape,
        parameters=[FULL],
        summary="A thing",
        description="Several identifiers between commas are answered with a list in that order.",
    )
    def get(self, request: Request, thing_id: int, **_format: str) -> Response:
        """More of it to its owner."""
        return Response(present_thing(self.visible_thing(thing_id), self.presenting))

    @extend_schema(request=ThingInput, responses=WrittenShape, summary="Change a thing")
    @once
    def patch(self, request: Request, thing_id: int, **_format: str) -> Response:
        """What is left out stays; clients also send the address, which stays in any case."""
        thing = self._own(thing_id, "You are not allowed to change the thing")
        given = ThingInput(thing, data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        change_thing(thing, at=timezone.now(), **given.validated_data)
        return Response({"message": "ok", "description": "Thing was updated correctly"})

    @extend_schema(
        request=ThingInput,
        responses=WrittenShape,
        summary="Change a thing, for clients that cannot send PATCH",
        description="Needs a field `_method` that says `patch`.",
    )
    def post(self, request: Request, thing_id: int, **_format: str) -> Response:
        """PATCH by another name."""
        if str(dict(request.data.items()).get("_method", "")).lower() != "patch":  # type: ignore[union-attr]
            raise Refused(Error.INVALID_REQUEST, "POST to a thing needs _method=patch")
        return self.patch(request, thing_id)

    @extend_schema(
        responses={204: OpenApiResponse(description="Withdrawn")}, summary="Withdraw a thing"
    )
    @once
    def delete(self, request: Request, thing_id: int, **_format: str) -> Response:
        """Its clicks of the running period still count."""
        thing = self._own(thing_id, "You are not allowed to delete the thing")
        withdraw_thing(thing, at=timezone.now())
        return Response(status=204)

    def _own(self, thing_id: int, refusal: str) -> Thing:
        """A thing of one's own, hidden or not. Refuses as `forbidden` what others own."""
        thing = Thing.objects.visible_to(self.subscriber).filter(pk=thing_id).first()
        if thing is None:
            raise Refused(Error.NOT_FOUND, "The requested thing(s) could not be found")
        if thing.owner_id != self.subscriber.pk:
            raise Refused(Error.FORBIDDEN, refusal)
        return thing


def _several(view: ThingView, asked: str) -> Response:
    words = asked.split(",")
    if not all(word.isascii() and word.isdecimal() and len(word) <= 18 for word in words):
        raise Refused(Error.INVALID_PARAMETERS, "id must be whole numbers between commas")
    if len(words) > MOST_IDENTIFIERS:
        raise Refused(Error.INVALID_PARAMETERS, f"id must be at most {MOST_IDENTIFIERS} numbers")
    things = in_order(view.visible, [int(word) for word in words])
    if not things:
        raise Refused(Error.NOT_FOUND, "The requested thing(s) could not be found")
    return Response(present_things(things, view.presenting))
