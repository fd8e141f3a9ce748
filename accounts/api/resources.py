"""`/user`, `/users/:username`, `/rate_limit`, and the root that says hello."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import Http404
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.access import ANY_TOKEN, PUBLIC
from accounts.api.people import FullUser, UserShape
from accounts.api.routes import Resource
from accounts.api.throttling import rate_of
from accounts.api.views import ApiView
from accounts.models import User

HELLO = inline_serializer("Hello", {"message": serializers.ChoiceField(["hello_world"])})
RATE = inline_serializer(
    "RateLimit",
    {
        "hourly_limit": serializers.IntegerField(),
        "remaining_hits": serializers.IntegerField(),
        "current_hits": serializers.IntegerField(),
        "reset_time_in_seconds": serializers.IntegerField(help_text="Unix seconds"),
        "reset_time": serializers.CharField(),
    },
)


def user_named(username: str) -> User:
    """The active user of that name, whatever its case. Raises Http404 if there is none."""
    user = User.objects.filter(username__iexact=username, is_active=True).first()
    if user is None:
        raise Http404
    return user


class Hello(ApiView):
    """The root: clients ask it whether the site can be reached."""

    access = {"GET": PUBLIC}

    @extend_schema(responses=HELLO, summary="Say hello")
    def get(self, request: Request, **_format: str) -> Response:
        """Hello."""
        return Response({"message": "hello_world"})


class RateLimit(ApiView):
    """How many requests are left. Asking is free."""

    access = {"GET": PUBLIC}
    throttle_classes = []

    @extend_schema(responses=RATE, summary="How many requests are left this hour")
    def get(self, request: Request, **_format: str) -> Response:
        """The caller's hour."""
        rate = rate_of(request, counting=0)
        resets = datetime.fromtimestamp(rate.resets_at, UTC)
        return Response(
            {
                "hourly_limit": rate.limit,
                "remaining_hits": rate.remaining,
                "current_hits": rate.current,
                "reset_time_in_seconds": rate.resets_at,
                "reset_time": resets.strftime("%a, %d %b %Y %H:%M:%S +0000 GMT"),
            }
        )


class OwnUser(ApiView):
    """The user whose token it is."""

    access = {"GET": ANY_TOKEN}

    @extend_schema(responses=UserShape, summary="The user whose token it is")
    def get(self, request: Request, **_format: str) -> Response:
        """More of it by scope."""
        return Response(FullUser(self.subscriber, context=self.presenting).data)


class OneUser(ApiView):
    """Anybody."""

    access = {"GET": PUBLIC}

    @extend_schema(responses=UserShape, summary="A user")
    def get(self, request: Request, username: str, **_format: str) -> Response:
        """What everybody sees."""
        return Response(FullUser(user_named(username), context=self.presenting).data)


RESOURCES = [
    Resource("rate_limit", RateLimit),
    Resource("user", OwnUser),
    Resource("users/<username:username>", OneUser),
]
