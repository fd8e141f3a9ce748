"""`/healthz`: the process answers. `/readyz`: it can work. Neither needs a host name or https."""

from __future__ import annotations

import redis
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from obole.health.readiness import readiness
from obole.health.signs import LATE, seconds_since_mark


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers, whatever else is broken."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 where requests can be answered, 503 where not; which part, and no more.

    Workers are named and not counted: pages work without them, and a balancer that took every
    web process out would make it worse.
    """
    found = readiness()
    words = {name: "ok" if holds else "failed" for name, holds in found.items()}
    ready = all(found.values())
    workers = _workers() if found["redis"] else "unknown"
    document = {"ready": ready, "checks": words, "workers": workers}
    return JsonResponse(document, status=200 if ready else 503)


def _workers() -> str:
    try:
        since = seconds_since_mark(at=timezone.now())
    except redis.RedisError:
        return "unknown"
    if since is None:
        return "unknown"
    return "ok" if since < LATE else "late"
