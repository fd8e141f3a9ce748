"""Errors as Flattr's API wrote them: `error`, `error_description`, `error_uri`."""

from __future__ import annotations

from enum import Enum
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response


class Error(Enum):
    """Each error with its status and what it says where nothing more is known."""

    INVALID_REQUEST = 400, "The request is not valid"
    INVALID_PARAMETERS = 400, "A parameter is missing or not valid"
    VALIDATION = 400, "The submitted data did not validate"
    UNAUTHORIZED = 401, "You are unauthorized to access the resource"
    NO_MEANS = 401, "You don't have any money to flattr with"
    INSUFFICIENT_SCOPE = 403, "The token lacks a scope that this needs"
    RATE_LIMIT_EXCEEDED = 403, "Too many requests in the last hour"
    FLATTR_ONCE = 403, "You are not allowed to flattr this thing more than once this period"
    FLATTR_OWNER = 403, "You are not allowed to flattr your own thing"
    THING_OWNER = 403, "You are not allowed to subscribe to your own thing"
    SUBSCRIBED = 403, "User already subscribed to thing"
    FORBIDDEN = 403, "You are not allowed to do this"
    NOT_FOUND = 404, "The resource was not found"
    METHOD = 405, "The resource does not have this method"
    NOT_ACCEPTABLE = 406, "Unknown response format"
    CONFLICT = 409, "This Idempotency-Key was used for another request"
    SERVER_ERROR = 500, "Something went wrong, we have been notified"

    def __init__(self, status: int, description: str) -> None:
        self.status = status
        self.description = description

    # Two errors have equal values, and an Enum would take the second for another name.
    def __new__(cls, status: int, description: str) -> Error:
        """A member of its own for each name."""
        member = object.__new__(cls)
        member._value_ = (status, description)
        return member

    @property
    def code(self) -> str:
        """How clients know it. Flattr had no error for a wrong method: it was a bad request."""
        return "invalid_request" if self is Error.METHOD else self.name.lower()

    def body(self, description: str = "") -> dict[str, str]:
        """The body of the answer."""
        return {
            "error": self.code,
            "error_description": description or self.description,
            "error_uri": f"{settings.SITE_URL}/rest/v2/docs#errors",
        }


class Refused(exceptions.APIException):
    """A request is refused with one of the errors; the description may say more."""

    def __init__(self, error: Error, description: str = "") -> None:
        super().__init__(description or error.description)
        self.error = error
        self.status_code = error.status


_FRAMEWORK: list[tuple[type[Exception], Error]] = [
    (exceptions.ParseError, Error.INVALID_REQUEST),
    (exceptions.UnsupportedMediaType, Error.INVALID_REQUEST),
    (exceptions.ValidationError, Error.VALIDATION),
    (exceptions.NotAuthenticated, Error.UNAUTHORIZED),
    (exceptions.AuthenticationFailed, Error.UNAUTHORIZED),
    (exceptions.MethodNotAllowed, Error.METHOD),
    (exceptions.NotAcceptable, Error.NOT_ACCEPTABLE),
    (exceptions.Throttled, Error.RATE_LIMIT_EXCEEDED),
    (exceptions.NotFound, Error.NOT_FOUND),
    (Http404, Error.NOT_FOUND),
    (PermissionDenied, Error.FORBIDDEN),
]


def explain(refusal: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to a refused request; None for what is not foreseen, which goes up."""
    found = _error_of(refusal)
    if found is None:
        return None
    error, description = found
    headers = {}
    if error is Error.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="api"'
    if error is Error.METHOD:
        headers["Allow"] = ", ".join(context["view"].allowed_methods)
    return Response(error.body(description), status=error.status, headers=headers)


def _error_of(refusal: Exception) -> tuple[Error, str] | None:
    if isinstance(refusal, Refused):
        return refusal.error, str(refusal.detail)
    for kind, error in _FRAMEWORK:
        if isinstance(refusal, kind):
            return error, _description(refusal)
    return None


def _description(refusal: Exception) -> str:
    """What the framework says of the data; its other sentences say less than ours."""
    if isinstance(refusal, exceptions.ValidationError):
        return _first(refusal.detail)
    if isinstance(refusal, exceptions.ParseError | exceptions.UnsupportedMediaType):
        return str(refusal.detail)
    return ""


def _first(detail: Any, name: str = "") -> str:
    """The first complaint, with the name of what it is about: `Invalid url: …`."""
    if isinstance(detail, dict):
        name, inner = next(iter(detail.items()))
        return _first(inner, "" if name == "non_field_errors" else str(name))
    if isinstance(detail, list):
        return _first(detail[0], name)
    return f"Invalid {name}: {detail}" if name else str(detail)
