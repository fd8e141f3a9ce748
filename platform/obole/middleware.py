"""What surrounds every answer: its headers, and a short way for the button."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import ResolverMatch, resolve

from obole.headers import dress, headers_of

_Answer = Callable[[HttpRequest], HttpResponseBase]

# Addresses that need neither session nor language of the browser. A connected reader's click
# brings a cookie of its own; its view asks for our origin in place of the form's token.
_BUTTON = ("/embed/", "/count", "/b/", "/badge", "/button.js", "/button/view/", "/js/0.6/")
# Supervisors call by plain http and by the address of the machine.
_SUPERVISORS = ("/healthz", "/readyz", "/metrics")
_SHORT = (*_BUTTON, *_SUPERVISORS)


def response_headers(get_response: _Answer) -> _Answer:
    """Give each answer the headers that the table of `obole.headers` has for its address."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        # Django's own pages for errors in development carry their styles inside.
        if not (settings.DEBUG and response.status_code >= 400):
            match = request.resolver_match
            ancestors = getattr(response, "ancestors", ())
            row = headers_of(match.view_name if match else None, request.path_info)
            dress(response, row, ancestors=ancestors)
        return response

    return answer


def short_way(get_response: _Answer) -> _Answer:
    """Answer for the button without sessions, sign-in and messages; see Note [The short way]."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        if not path.startswith(_SHORT):
            return get_response(request)
        match = request.resolver_match = _resolved(path)
        response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        return response

    return answer


def explain_method(get_response: _Answer) -> _Answer:
    """Give a page to a browser that opened an address which only takes forms.

    Without one, Chromium shows an error of its own for a 405.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if not isinstance(response, HttpResponseNotAllowed) or response.content:
            return response
        view = request.resolver_match and request.resolver_match.func
        # What asks for no token of a form is for programs.
        for_programs = getattr(view, "csrf_exempt", False)
        if for_programs or request.method != "GET" or not request.accepts("text/html"):
            return response
        page = render(request, "405.html", status=405)
        page["Allow"] = response["Allow"]
        return page

    return answer


@lru_cache(maxsize=4096)
def _resolved(path: str) -> ResolverMatch:
    """What an address leads to; popular ones are looked up once."""
    return resolve(path)
