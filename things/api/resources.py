"""The addresses of this app's resources, and its two fixed lists."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.access import PUBLIC
from accounts.api.formats import Json, Text, Xml, Yaml
from accounts.api.routes import Resource
from accounts.api.views import ApiView
from things.api.finding import Lookup, LookupInPath, SearchThings
from things.api.flattrs import OwnActivities, OwnFlattrs, ThingFlattrs, UserActivities, UserFlattrs
from things.api.shapes import ListedShape
from things.api.things import OneThing, OwnThings, SeveralThings, Things, UserThings
from things.catalogue import LANGUAGES, Category


class Categories(ApiView):
    """What kinds of things there are."""

    access = {"GET": PUBLIC}
    renderer_classes = [Json, Xml, Yaml, Text]

    @extend_schema(responses=ListedShape(many=True), summary="The categories")
    def get(self, request: Request, **_format: str) -> Response:
        """In Flattr's order."""
        return Response([{"id": one.value, "text": str(one.label)} for one in Category])


class Languages(ApiView):
    """Which languages a thing can be in."""

    access = {"GET": PUBLIC}
    renderer_classes = [Json, Xml, Yaml, Text]

    @extend_schema(responses=ListedShape(many=True), summary="The languages")
    def get(self, request: Request, **_format: str) -> Response:
        """In Flattr's order."""
        return Response([{"id": one, "text": text} for one, text in LANGUAGES.items()])


RESOURCES = [
    Resource("categories", Categories),
    Resource("languages", Languages),
    Resource("things", Things),
    Resource("things/lookup", Lookup),
    Resource("things/lookup/q/<path:url>", LookupInPath),
    Resource("things/search", SearchThings),
    Resource("things/<number:thing_id>", OneThing),
    Resource("things/<numbers:thing_ids>", SeveralThings),
    Resource("things/<number:thing_id>/flattrs", ThingFlattrs),
    Resource("user/activities", OwnActivities),
    Resource("user/flattrs", OwnFlattrs),
    Resource("user/things", OwnThings),
    Resource("users/<username:username>/activities", UserActivities),
    Resource("users/<username:username>/flattrs", UserFlattrs),
    Resource("users/<username:username>/things", UserThings),
]
