"""The verify call: who somebody is, by their confirmed address or as a partner says.

Flattr's partner interface: `POST /user/verify` and `POST /users/:username/verify` with `identity`.
"""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from oauth2_provider.models import AccessToken
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.access import needs
from accounts.api.errors import Error, Refused
from accounts.api.idempotency import once
from accounts.api.resources import user_named
from accounts.api.routes import Resource
from accounts.api.views import ApiView
from accounts.models import User
from accounts.oauth.scopes import Scope
from payments.clicking.claiming import IdentifierTaken, claim_identifier, confirmed_addresses
from things.partners.identifiers import Name, NotAnIdentifier, name_of_address, read_name
from things.partners.models import Namespace

IdentityInput = inline_serializer(
    "IdentityInput",
    {
        "identity": serializers.CharField(
            help_text="`email:<md5>` or `partner:<namespace>:<id>`", max_length=200
        )
    },
)
VERIFIED = {200: OpenApiResponse(description="Proven; empty")}


class VerifyOwn(ApiView):
    """Who the token's owner is."""

    access = {"POST": needs(Scope.THING)}

    @extend_schema(
        request=IdentityInput,
        responses=VERIFIED,
        summary="Prove an identity of the token's owner",
        description=(
            "An e-mail identity must be the MD5 of a confirmed address of theirs. For a name in a"
            " namespace the token must be that of an application of its partner. Things that"
            " waited become theirs; clicks on them count from now on."
        ),
    )
    @once
    def post(self, request: Request, **_format: str) -> Response:
        """Empty where it is proven."""
        name = _name_asked(request)
        if name.namespace:
            _check_partner(request.auth.application.user, name)  # type: ignore[union-attr]
        elif name.text not in {
            name_of_address(one) for one in confirmed_addresses(self.subscriber)
        }:
            raise Refused(Error.UNAUTHORIZED, "This is no confirmed address of the user's")
        return _claim(name, self.subscriber)


class VerifyUser(ApiView):
    """Who somebody is, as a partner says of a user who let its application act for them."""

    access = {"POST": needs(Scope.PARTNER)}

    @extend_schema(
        request=IdentityInput,
        responses=VERIFIED,
        summary="Say which user an identity in one's namespace is",
        description="The user must have let an application of the partner's act for them.",
    )
    @once
    def post(self, request: Request, username: str, **_format: str) -> Response:
        """Empty where it is proven."""
        name = _name_asked(request)
        if not name.namespace:
            raise Refused(Error.UNAUTHORIZED, "Addresses are confirmed by their owners")
        _check_partner(self.subscriber, name)
        creator = user_named(username)
        consented = AccessToken.objects.filter(
            user=creator, application__user=self.subscriber, expires__gt=timezone.now()
        )
        if creator != self.subscriber and not consented.exists():
            raise Refused(Error.UNAUTHORIZED, "The user has not let your application act for them")
        return _claim(name, creator)


def _name_asked(request: Request) -> Name:
    asked = dict(request.data.items()).get("identity")  # type: ignore[union-attr]  # bodies are objects
    if not isinstance(asked, str):
        raise Refused(Error.INVALID_PARAMETERS, "identity is missing")
    try:
        return read_name(asked)
    except NotAnIdentifier as refusal:
        raise Refused(Error.INVALID_PARAMETERS, str(refusal)) from refusal


def _check_partner(user: User, name: Name) -> None:
    spaces = Namespace.objects.filter(name=name.namespace, partner__active=True)
    if not spaces.filter(partner__user=user).exists():
        raise Refused(Error.UNAUTHORIZED, f"You do not speak for {name.namespace}")


def _claim(name: Name, creator: User) -> Response:
    if creator.suspended:
        raise Refused(Error.UNAUTHORIZED, "The user is suspended")
    try:
        claim_identifier(name, creator=creator, at=timezone.now())
    except IdentifierTaken as refusal:
        raise Refused(Error.FORBIDDEN, str(refusal)) from refusal
    return Response(status=200)


RESOURCES = [
    Resource("user/verify", VerifyOwn),
    Resource("users/<username:username>/verify", VerifyUser),
]
