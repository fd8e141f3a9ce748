"""Who may have which code and token."""

from __future__ import annotations

import hashlib
from typing import Any, cast

from django.utils import timezone
from oauth2_provider.models import AccessToken
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.common import Request

from accounts.oauth.models import Application, UsedCode
from accounts.oauth.scopes import DEFAULT, Scope


class Validator(OAuth2Validator):
    """django-oauth-toolkit's rules, and those in which Flattr's clients need others."""

    def _load_application(self, client_id: str | None, request: Request) -> Application | None:
        # PostgreSQL has no text with a NUL in it, and no application has such a name.
        if "\0" in (client_id or ""):
            return None
        application: Application | None = super()._load_application(client_id, request)
        return application

    def confirm_redirect_uri(
        self,
        client_id: str,
        code: str,
        redirect_uri: str,
        client: Application,
        *args: Any,
        **kwargs: Any,
    ) -> bool:
        """Whether the address is the one the code was sent to.

        Some clients leave it out when they fetch the token. That is safe, and what OAuth 2.1
        asks for: the address was compared exactly when the code was asked for.
        """
        request: Request = args[0] if args else kwargs["request"]
        if request.using_default_redirect_uri:
            return True
        return bool(super().confirm_redirect_uri(client_id, code, redirect_uri, client))

    def get_default_redirect_uri(self, client_id: str, request: Request, *args: Any) -> str:
        """The only registered address; when a token is fetched any of several would do."""
        application = cast("Application", request.client)
        registered = application.redirect_uris.split()
        if request.grant_type == "authorization_code" and registered:
            return registered[0]
        return application.default_redirect_uri

    def validate_code(
        self,
        client_id: str,
        code: str,
        client: Application,
        request: Request,
        *args: Any,
        **kwargs: Any,
    ) -> bool:
        """Whether the code is good; a code that was used before also loses its token."""
        if super().validate_code(client_id, code, client, request, *args, **kwargs):
            return bool(request.user and request.user.is_active)
        used = UsedCode.objects.filter(checksum=_checksum(code)).values("token_checksum")
        AccessToken.objects.filter(token_checksum__in=used).delete()
        return False

    def _save_bearer_token(self, token: dict[str, Any], request: Request, *args: Any) -> None:
        super()._save_bearer_token(token, request, *args)
        if request.code:
            UsedCode.objects.create(
                checksum=_checksum(request.code),
                token_checksum=_checksum(token["access_token"]),
                used_at=timezone.now(),
            )

    def _validate_implicit_response_type(self, client: Application) -> bool:
        """Whether tokens may be asked for at once: only where the application says so."""
        return client.allows_grant_type(Application.GRANT_IMPLICIT)

    def is_pkce_required(self, client_id: str, request: Request) -> bool:
        """Whether the client must prove that it asked for the code: without a secret it must."""
        return bool(request.client and request.client.client_type == Application.CLIENT_PUBLIC)

    def validate_scopes(self, client_id: str, scopes: list[str], *args: Any, **kwargs: Any) -> bool:
        """Whether all of them exist."""
        return set(scopes) <= set(Scope)

    def get_default_scopes(self, *args: Any, **kwargs: Any) -> list[str]:
        """What an application asks for that does not say: to click, and no more."""
        return [scope.value for scope in DEFAULT]


def _checksum(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
