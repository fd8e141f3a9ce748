"""Whether a request comes from a page of this site's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest

_OURS = {"same-origin"}


def from_our_page(request: HttpRequest) -> bool:
    """Whether a form was sent by a page of ours.

    Browsers since 2020 say so themselves; older ones leave a header out, and there the form's
    own token is what counts. A page without an origin says "null", which is not ours.
    """
    origin = request.headers.get("Origin", settings.SITE_URL)
    return origin == settings.SITE_URL and _fetched_by_us(request.META)


def from_our_frame(meta: Mapping[str, Any]) -> bool:
    """Whether a script of our own frame asks: with an origin, ours, and with JSON.

    The three stand in for a form's token: no page elsewhere can send this media type without
    asking first, and we never answer that question. `meta` is a request's, or the WSGI environment.
    """
    media_type, _, _parameters = meta.get("CONTENT_TYPE", "").partition(";")
    return (
        meta.get("HTTP_ORIGIN") == settings.SITE_URL
        and media_type.strip().lower() == "application/json"
        and _fetched_by_us(meta)
    )


def _fetched_by_us(meta: Mapping[str, Any]) -> bool:
    return meta.get("HTTP_SEC_FETCH_SITE", "same-origin") in _OURS
