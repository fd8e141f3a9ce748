"""One line for each request, and an id for all that is written while it is answered."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from obole.logs.ids import HEADER, drop_id, take_id
from obole.metrics.requests import view_of

log = logging.getLogger("obole.requests")

_Answer = Callable[[HttpRequest], HttpResponseBase]
# They are asked every few seconds, and say nothing new.
_QUIET = {"healthz", "readyz", "metrics"}


def write_down(get_response: _Answer) -> _Answer:
    """Give each request an id, and say of each what was asked and answered: not who asked.

    The query is left out: it holds codes and searches. The id stands in the answer's header, for
    people to tell the operator.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get(HEADER, "") if settings.BEHIND_PROXY else ""
        identity = take_id(given)
        began = time.perf_counter()
        try:
            response = get_response(request)
            _write(request, response, time.perf_counter() - began)
        finally:
            drop_id()
        response.headers[HEADER] = identity
        return response

    return answer


def _write(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    view = view_of(request)
    if view in _QUIET:
        return
    log.info(
        "%s %s %s",
        request.method,
        request.path,
        response.status_code,
        extra={
            "view": view,
            "status": response.status_code,
            "milliseconds": round(seconds * 1000),
        },
    )
