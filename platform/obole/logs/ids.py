"""The request and the task that a line of the log belongs to.

A request's id goes with every task that it sends, and with the tasks that those send.
"""

from __future__ import annotations

import random
import re
from contextvars import ContextVar
from typing import Any

from celery import current_task
from celery.signals import before_task_publish, task_postrun, task_prerun

HEADER = "X-Request-ID"
# Travels beside the task, where only Celery's own fields go.
_TASK_HEADER = "obole_request"

_request: ContextVar[str] = ContextVar("request_id", default="")
_WELL_FORMED = re.compile(r"[A-Za-z0-9-]{8,64}")


def request_id() -> str:
    """Of the request that is answered, or from which the running task came; else empty."""
    return _request.get()


def task_id() -> str:
    """Of the running task; else empty."""
    running = current_task
    return str(running.request.id or "") if running else ""


def take_id(given: str) -> str:
    """Note the id of a request: what a proxy gave, where it is well-formed, or a new one.

    It is no secret, so it needs no random numbers of the system's.
    """
    chosen = given if _WELL_FORMED.fullmatch(given) else f"{random.getrandbits(64):016x}"
    _request.set(chosen)
    return chosen


def drop_id() -> None:
    """What is written from now on belongs to no request."""
    _request.set("")


def connect() -> None:
    """Have the ids go along with tasks; again, it changes nothing."""
    before_task_publish.connect(_hand_on)
    task_prerun.connect(_take_over)
    task_postrun.connect(_let_go)


def _hand_on(headers: dict[str, Any] | None = None, **_signal: object) -> None:
    if headers is not None and request_id():
        headers[_TASK_HEADER] = request_id()


def _take_over(task: Any = None, **_signal: object) -> None:
    _request.set(str(task.request.get(_TASK_HEADER) or ""))


def _let_go(**_signal: object) -> None:
    drop_id()
