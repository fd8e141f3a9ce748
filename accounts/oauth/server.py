"""The OAuth server: authorization code and implicit, tokens without an end, no refresh tokens."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.http import HttpRequest
from oauth2_provider.oauth2_backends import OAuthLibCore
from oauthlib.common import generate_token
from oauthlib.oauth2 import (
    AuthorizationCodeGrant,
    AuthorizationEndpoint,
    BearerToken,
    ImplicitGrant,
    RequestValidator,
    TokenEndpoint,
)

from accounts.oauth.scopes import split_scopes

# As long as Flattr's were: 32 of 62 characters are 190 bits.
TOKEN_LENGTH = 32


class Server(AuthorizationEndpoint, TokenEndpoint):
    """The two endpoints with the two grants that Flattr had."""

    def __init__(
        self, request_validator: RequestValidator, token_expires_in: int, **_unused: object
    ) -> None:
        self.request_validator = request_validator
        code = AuthorizationCodeGrant(request_validator, refresh_token=False)
        token = BearerToken(
            request_validator, lambda _request: generate_token(TOKEN_LENGTH), token_expires_in
        )
        AuthorizationEndpoint.__init__(
            self,
            default_response_type="code",
            default_token_type=token,  # type: ignore[arg-type]  # the stub says a name
            response_types={"code": code, "token": ImplicitGrant(request_validator)},
        )
        TokenEndpoint.__init__(
            self,
            default_grant_type="authorization_code",
            default_token_type=token,  # type: ignore[arg-type]
            grant_types={"authorization_code": code},
        )


class Core(OAuthLibCore):
    """What lies between Django and oauthlib, with the spellings that real clients send."""

    def _get_escaped_full_path(self, request: HttpRequest) -> str:
        """The address with its scopes between spaces, whatever stood between them."""
        escaped: str = super()._get_escaped_full_path(request)
        parts = urlsplit(escaped)
        query = [
            (name, " ".join(split_scopes(value)) if name == "scope" else value)
            for name, value in parse_qsl(parts.query, keep_blank_values=True)
        ]
        return parts._replace(query=urlencode(query)).geturl()

    def extract_body(self, request: HttpRequest) -> list[tuple[str, Any]]:
        """The parameters of a form or of a JSON object; none of what is neither."""
        if request.content_type != "application/json":
            return [
                (name, value.replace("\0", "")) for name, value in super().extract_body(request)
            ]
        try:
            body = json.loads(request.body)
        except ValueError:
            return []
        pairs = body.items() if isinstance(body, dict) else []
        return [
            (name, value.encode(errors="ignore").decode().replace("\0", ""))
            for name, value in pairs
            if isinstance(value, str)
        ]
