"""One line for each request, and an id for all that is written while it is answered."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from obole.logs.ids import HEADER, drop_id, take_id
from obole.metrics.requests import view_of

log = logging.getLogger("obole.requests")

_HEADER_IN_META = "HTTP_" + HEADER.upper().replace("-", "_")
_Answer = Callable[[HttpRequest], HttpResponseBase]
# They are asked every few seconds, and say nothing new.
_QUIET = {"healthz", "readyz", "metrics"}


def write_down(get_response: _Answer) -> _Answer:
    """Give each request an id, and say of each what was asked and answered: not who asked.

    The query is left out: it holds codes and searches. The id stands in the answer's header, for
    people to tell the operator.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        identity = take_request_id(request.META)
        began = time.perf_counter()
        try:
            response = get_response(request)
            seconds = time.perf_counter() - began
            write_line(
                request.method, request.path, view_of(request), response.status_code, seconds
            )
        finally:
            drop_id()
        response.headers[HEADER] = identity
        return response

    return answer


def take_request_id(meta: Mapping[str, Any]) -> str:
    """Note the id of a request. `meta` is the request's, or the WSGI environment."""
    return take_id(meta.get(_HEADER_IN_META, "") if settings.BEHIND_PROXY else "")


def write_line(method: str | None, path: str, view: str, status: int, seconds: float) -> None:
    """Write down what was asked and answered, and how many seconds it took."""
    if view in _QUIET:
        return
    log.info(
        "%s %s %s",
        method,
        path,
        status,
        extra={"view": view, "status": status, "milliseconds": round(seconds * 1000)},
    )
