"""Bearer tokens, read from the header and nowhere else."""

from __future__ import annotations

import hashlib

from django.utils import timezone
from oauth2_provider.models import AccessToken
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request

from accounts.api.errors import Error, Refused
from accounts.models import User


class BearerToken(BaseAuthentication):
    """`Authorization: Bearer …`. Clients that send `Basic` to public resources are anonymous."""

    def authenticate(self, request: Request) -> tuple[User, AccessToken] | None:
        """The token and its owner; None without one.

        Refuses as `unauthorized` a token that is not valid, or whose owner may not sign in.
        """
        scheme, _, secret = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        checksum = hashlib.sha256(secret.strip()).hexdigest()
        tokens = AccessToken.objects.select_related("user", "application")
        token = tokens.filter(token_checksum=checksum, expires__gt=timezone.now()).first()
        if token is None or token.user is None or not token.user.is_active:
            raise Refused(Error.UNAUTHORIZED, "The access token is not valid or was revoked")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """What to ask for."""
        return 'Bearer realm="api"'
