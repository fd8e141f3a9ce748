"""The cookie of a connection: it exists inside the frame, on one site only."""

from __future__ import annotations

from collections.abc import Mapping
from http.cookies import Morsel
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.http.cookie import parse_cookie

from things.sites.models import IDLE

PATH = "/embed/act/"


def _teach_partitioned() -> None:
    """Let cookies say `Partitioned`, which Python knows from 3.14 on."""
    Morsel._reserved.setdefault("partitioned", "Partitioned")  # type: ignore[attr-defined]
    Morsel._flags.add("partitioned")  # type: ignore[attr-defined]


_teach_partitioned()


def cookie_name() -> str:
    """Its name. With the prefix, browsers take it over TLS only."""
    return "__Secure-obole" if settings.SITE_IS_SECURE else "obole"


def connection_secret(meta: Mapping[str, Any]) -> str:
    """The secret that came with a request, or an empty text.

    `meta` is the request's, or the WSGI environment.
    """
    return parse_cookie(meta.get("HTTP_COOKIE", "")).get(cookie_name(), "")


def give_connection_cookie(response: HttpResponse, secret: str) -> None:
    """Set the cookie. Its path keeps it off the frame's own address.

    So this site does not learn which pages a connected reader reads, only what they click.
    """
    name = cookie_name()
    response.set_cookie(
        name,
        secret,
        max_age=IDLE,
        path=PATH,
        secure=True,
        httponly=True,
        samesite="None",
    )
    response.cookies[name]["partitioned"] = True


def take_connection_cookie(response: HttpResponse) -> None:
    """Let the browser forget the cookie; it must be named with its partition."""
    give_connection_cookie(response, "")
    response.cookies[cookie_name()]["max-age"] = 0
