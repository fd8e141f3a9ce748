"""Flattr's limit: so many requests an hour for each token, or address without one.

Counted in Redis by one atomic increment, so that it is exact however many processes answer.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

HOUR = 3600


@dataclass(frozen=True)
class Rate:
    """A caller's clock hour: how many requests, and when it ends in unix seconds."""

    limit: int
    current: int
    resets_at: int

    @property
    def remaining(self) -> int:
        """How many more will be answered."""
        return max(0, self.limit - self.current)

    @property
    def headers(self) -> dict[str, str]:
        """Flattr's four, whole numbers all."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Current": str(self.current),
            "X-RateLimit-Reset": str(self.resets_at),
        }


def rate_of(request: Request, *, counting: int) -> Rate:
    """The caller's rate after counting so many requests (0 or 1)."""
    hour = int(timezone.now().timestamp()) // HOUR
    key = f"api-rate:{hour}:{_caller(request)}"
    cache.add(key, 0, timeout=2 * HOUR)
    try:
        current = cache.incr(key, counting)
    except ValueError:  # the cache was emptied in between: this request is the first
        current = counting
    return Rate(settings.API_REQUESTS_AN_HOUR, current, (hour + 1) * HOUR)


class HourlyLimit(BaseThrottle):
    """Refuse what exceeds the limit; the rate is kept for the answer's headers."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count the request, and say whether it is within the limit."""
        rate = rate_of(request, counting=1)
        request._request.api_rate = rate  # type: ignore[attr-defined]  # read by the view
        return rate.current <= rate.limit


def _caller(request: Request) -> str:
    if request.auth is not None:
        return f"token:{request.auth.pk}"
    return f"address:{BaseThrottle().get_ident(request)}"
