"""How long requests take, by what they ask for."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from prometheus_client import Histogram

_Answer = Callable[[HttpRequest], HttpResponseBase]

# From a button's frame to a statement of a year, in seconds.
_BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
# Any word can be sent as a method, and each would be a metric of its own.
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

SECONDS = Histogram(
    "obole_request_seconds",
    "Seconds until an answer begins.",
    ["method", "view", "status"],
    buckets=_BOUNDS,
)


def measure(get_response: _Answer) -> _Answer:
    """Measure each request under the name of its address, never under the address itself."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = get_response(request)
        observe(request.method, view_of(request), response.status_code, time.perf_counter() - began)
        return response

    return answer


def observe(method: str | None, view: str, status: int, seconds: float) -> None:
    """Note how long an answer took, in seconds, until it began."""
    known = method if method in _METHODS else "other"
    SECONDS.labels(known, view, f"{status // 100}xx").observe(seconds)


def view_of(request: HttpRequest) -> str:
    """The name of the address pattern; the pattern where it has none."""
    match = request.resolver_match
    if match is None:
        return "none"
    return match.view_name if match.url_name else match.route
