"""Counting what becomes of clicks, for the operator's charts. No money is counted here."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from prometheus_client import Counter

_P = ParamSpec("_P")
_R = TypeVar("_R")

CLICKS = Counter(
    "obole_clicks", "Clicks that came in at this host, by what became of them.", ["outcome"]
)
REFUSED = Counter(
    "obole_clicks_refused", "Clicks that were refused at this host, by reason.", ["reason"]
)


def tallied(*refusals: type[Exception]) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Count each call of a deed that records a click: by its outcome, or by the class it raises.

    Only the `refusals` are counted: anything else is a fault and not an answer. A click whose
    transaction the caller takes back was counted all the same.
    """

    def decorate(deed: Callable[_P, _R]) -> Callable[_P, _R]:
        @wraps(deed)
        def counted(*arguments: _P.args, **keywords: _P.kwargs) -> _R:
            try:
                recorded: Any = deed(*arguments, **keywords)
            except refusals as refusal:
                REFUSED.labels(_snake(type(refusal).__name__)).inc()
                raise
            CLICKS.labels(recorded.outcome.value).inc()
            return recorded  # type: ignore[no-any-return]  # it is the deed's own answer

        return counted

    return decorate


def _snake(name: str) -> str:
    """OwnThing as own_thing."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
