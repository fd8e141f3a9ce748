"""What became of tasks: counted in Redis by whichever worker ran them, and the last failures.

Names and classes only. What a task was given, and what an exception says, may name people.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import redis
from celery.signals import task_failure, task_retry, task_success
from django.conf import settings
from django.utils import timezone

from obole import environment
from obole.metrics.families import Family

OUTCOMES = "obole:tasks"
FAILURES = "obole:failures"
FAILURES_KEPT = 100
# The name that Celery gives the queue where settings give none.
QUEUE = "celery"


@dataclass(frozen=True)
class FailedTask:
    """A task that failed for good: `at` in unix seconds, and the class of what it raised."""

    name: str
    task_id: str
    raised: str
    at: float


def failed_tasks(*, most: int = 20) -> list[FailedTask]:
    """The tasks that failed last, latest first. Raises redis.RedisError."""
    found: Any = _redis(settings.REDIS_URL).lrange(FAILURES, 0, most - 1)
    return [FailedTask(**json.loads(line)) for line in found]


def queue_length() -> int:
    """How many tasks wait for a worker. Raises redis.RedisError."""
    length: Any = _redis(environment.from_kombu(settings.CELERY_BROKER_URL)).llen(QUEUE)
    return int(length)


def taken_tasks() -> int:
    """How many tasks workers have taken and not finished. Raises redis.RedisError."""
    taken: Any = _redis(environment.from_kombu(settings.CELERY_BROKER_URL)).hlen("unacked")
    return int(taken)


def outcomes() -> Family:
    """How often each task came to what. Raises redis.RedisError."""
    counted: Any = _redis(settings.REDIS_URL).hgetall(OUTCOMES)
    rows = sorted((*key.decode().split("|"), int(number)) for key, number in counted.items())
    return Family.of("obole_tasks", "Tasks, by what became of them.", ["task", "outcome"], rows)


def connect() -> None:
    """Have tasks counted in this process; again, it changes nothing."""
    task_success.connect(_succeeded)
    task_retry.connect(_retried)
    task_failure.connect(_failed)


def _count(name: str, outcome: str) -> None:
    try:
        _redis(settings.REDIS_URL).hincrby(OUTCOMES, f"{name}|{outcome}", 1)
    except redis.RedisError:
        return  # A figure is missing: no reason to fail the task.


def _succeeded(sender: Any = None, **_signal: object) -> None:
    _count(sender.name, "done")


def _retried(sender: Any = None, **_signal: object) -> None:
    _count(sender.name, "retried")


def _failed(
    sender: Any = None, task_id: str = "", exception: object = None, **_signal: object
) -> None:
    _count(sender.name, "failed")
    failed = FailedTask(sender.name, task_id, type(exception).__name__, timezone.now().timestamp())
    try:
        with _redis(settings.REDIS_URL).pipeline() as pipeline:
            pipeline.lpush(FAILURES, json.dumps(asdict(failed)))
            pipeline.ltrim(FAILURES, 0, FAILURES_KEPT - 1)
            pipeline.execute()
    except redis.RedisError:
        return  # The log has it.


@cache
def _redis(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
