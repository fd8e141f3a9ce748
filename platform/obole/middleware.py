"""What surrounds every answer: its headers, and a short way for the button."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import resolve

from obole.headers import dress

_Answer = Callable[[HttpRequest], HttpResponseBase]

# Addresses that know no reader: neither session nor language of the browser matters to them.
_SHORT = ("/embed/", "/count", "/b/", "/badge", "/button.js", "/button/view/", "/js/0.6/")
_NOT_SHORT = "/embed/act/"


def response_headers(get_response: _Answer) -> _Answer:
    """Give each answer the headers that the table of `obole.headers` has for its address."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        # Django's own pages for errors in development carry their styles inside.
        if not (settings.DEBUG and response.status_code >= 400):
            match = request.resolver_match
            ancestors = getattr(response, "ancestors", ())
            dress(response, match.view_name if match else None, ancestors=ancestors)
        return response

    return answer


def short_way(get_response: _Answer) -> _Answer:
    """Answer for the button without sessions, sign-in and messages; see Note [The short way]."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        if not path.startswith(_SHORT) or path.startswith(_NOT_SHORT):
            return get_response(request)
        match = request.resolver_match = resolve(path)
        response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        return response

    return answer
