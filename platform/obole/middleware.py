"""What every answer carries."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

POLICY = "; ".join(
    [
        "default-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "img-src 'self' data:",
        "object-src 'none'",
    ]
)
HEADER = "Content-Security-Policy"


def content_security_policy(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Let a browser load and send to this site only; a view that sets its own policy keeps it."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        # Django's own pages for errors in development carry their styles inside.
        if not (settings.DEBUG and response.status_code >= 400):
            response.headers.setdefault(HEADER, POLICY)
        return response

    return answer
