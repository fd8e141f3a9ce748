"""The OpenAPI description: each operation with its scopes, and every error it can answer."""

from __future__ import annotations

from typing import Any, Literal

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from accounts.api.access import Access
from accounts.api.errors import Error
from accounts.oauth.scopes import MEANINGS

NAME = "oauth2"


class ErrorShape(serializers.Serializer[Any]):
    """What every refused request is answered."""

    error = serializers.ChoiceField(sorted({error.code for error in Error}))
    error_description = serializers.CharField()
    error_uri = serializers.URLField()
    message = serializers.CharField(required=False, help_text="Of a lookup: `not_found`")
    description = serializers.CharField(required=False, help_text="Of a lookup")


IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description=(
        "Any text of 1 to 255 ASCII characters: the same request sent again within a day"
        " with the same key is done once"
    ),
)


class Schema(AutoSchema):
    """drf-spectacular's view of a resource, with what all of ours share."""

    def get_operation(self, *arguments: Any) -> dict[str, Any] | None:
        """The operation with its errors, which every format and every refusal have alike."""
        operation: dict[str, Any] | None = super().get_operation(*arguments)
        if operation is not None:
            operation["x-scopes"] = sorted(self._access.scopes)
        return operation

    def get_operation_id(self) -> str:
        """The method and the address: unique, and the same for ever."""
        words = self.path.strip("/").replace("{", "").replace("}", "").split("/")[2:]
        return "_".join([self.method.lower(), *words]) or "hello"

    def get_tags(self) -> list[str]:
        """The first word of the address below `/rest/v2`."""
        words = self.path.strip("/").split("/")
        return [words[2] if len(words) > 2 else "site"]

    def get_auth(self) -> list[dict[str, Any]]:
        """The scopes of a token, and for public resources none as well."""
        super().get_auth()  # it also writes down how tokens are got
        needed: list[dict[str, Any]] = [{NAME: sorted(self._access.scopes)}]
        return needed if self._access.token else [{}, *needed]

    def get_override_parameters(self) -> list[Any]:
        """`Idempotency-Key` for writes; `jsonp` for what is read."""
        writes = getattr(getattr(self.view, self.method.lower(), None), "takes_idempotency_key", 0)
        shared = [IDEMPOTENCY_KEY] if writes else []
        return [*super().get_override_parameters(), *shared]

    def _get_response_bodies(
        self, direction: Literal["request", "response"] = "response"
    ) -> dict[str, Any]:
        """Those of the view, and the errors."""
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for status, codes in self._errors.items():
            error = OpenApiResponse(ErrorShape, description=", ".join(codes))
            bodies.setdefault(str(status), self._get_response_for_code(error, str(status)))  # type: ignore[no-untyped-call]
        return bodies

    @property
    def _access(self) -> Access:
        access: Access = self.view.access[self.method]  # type: ignore[attr-defined]
        return access

    @property
    def _errors(self) -> dict[int, list[str]]:
        """Codes of errors by status; those of a method that is not there are not its own."""
        found: dict[int, list[str]] = {}
        for error in Error:
            reads = self.method == "GET" and error is Error.CONFLICT
            if error not in {Error.METHOD, Error.SERVER_ERROR} and not reads:
                found.setdefault(error.status, []).append(error.code)
        return found


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The tokens, and where to get them."""

    target_class = "accounts.api.authentication.BearerToken"
    name = NAME

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """Both grants."""
        scopes = {str(name): str(meaning) for name, meaning in MEANINGS.items()}
        code = {
            "authorizationUrl": "/oauth/authorize",
            "tokenUrl": "/oauth/token",
            "scopes": scopes,
        }
        implicit = {"authorizationUrl": "/oauth/authorize", "scopes": scopes}
        return {"type": "oauth2", "flows": {"authorizationCode": code, "implicit": implicit}}
