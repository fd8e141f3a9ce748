"""Whether a request comes from a page of this site's own."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

_OURS = {"same-origin"}


def from_our_page(request: HttpRequest) -> bool:
    """Whether a form was sent by a page of ours.

    Browsers since 2020 say so themselves; older ones leave a header out, and there the form's
    own token is what counts. A page without an origin says "null", which is not ours.
    """
    origin = request.headers.get("Origin", settings.SITE_URL)
    return origin == settings.SITE_URL and _fetched_by_us(request)


def from_our_frame(request: HttpRequest) -> bool:
    """Whether a script of our own frame asks: with an origin, ours, and with JSON.

    The three stand in for a form's token: no page elsewhere can send this media type without
    asking first, and we never answer that question.
    """
    return (
        request.headers.get("Origin") == settings.SITE_URL
        and request.content_type == "application/json"
        and _fetched_by_us(request)
    )


def _fetched_by_us(request: HttpRequest) -> bool:
    return request.headers.get("Sec-Fetch-Site", "same-origin") in _OURS
