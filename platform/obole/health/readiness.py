"""What the site needs to answer requests, looked at with short patience."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import cache

import redis
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from obole import environment

log = logging.getLogger(__name__)

# A check that takes longer has failed, in seconds.
PATIENCE = 2
# Whoever asks more often gets the last answer, in seconds: asking must not be an attack.
REMEMBERED = 1.0


class NotMigrated(Exception):
    """The database lacks migrations that this program has."""


def readiness() -> dict[str, bool]:
    """Whether each thing that is needed is there, at most REMEMBERED seconds ago.

    What failed is logged; the answer names no host and no error.
    """
    with _asking:
        now = time.monotonic()
        if _last.answer is None or now - _last.at >= REMEMBERED:
            _last.answer, _last.at = {name: _holds(name) for name in _CHECKS}, now
        return _last.answer


def check_database() -> None:
    """Open a connection of its own and look at the migrations; raises what goes wrong.

    Not one that is held open: those can hang on a host that is gone, and hide that no new
    connection can be had.
    """
    fresh = connection.copy()
    fresh.settings_dict["OPTIONS"] = {
        **fresh.settings_dict.get("OPTIONS", {}),
        "connect_timeout": PATIENCE,
        "tcp_user_timeout": PATIENCE * 1000,
    }
    try:
        with fresh.cursor() as cursor:
            cursor.execute(f"SET statement_timeout = {PATIENCE * 1000}")
            cursor.execute("SELECT to_regclass('django_migrations') IS NOT NULL")
            applied = set()
            if cursor.fetchone() == (True,):
                cursor.execute("SELECT app, name FROM django_migrations")
                applied = set(cursor.fetchall())
    finally:
        fresh.close()
    missing = _migrations() - applied
    if missing:
        raise NotMigrated(f"{len(missing)} migrations are not applied, such as {min(missing)}")


def check_redis() -> None:
    """Ask the cache and the queues; raises what goes wrong."""
    for url in (settings.REDIS_URL, environment.from_kombu(settings.CELERY_BROKER_URL)):
        with redis.Redis.from_url(
            url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE
        ) as client:
            client.ping()


_CHECKS: dict[str, Callable[[], None]] = {"database": check_database, "redis": check_redis}


class _Last:
    """The last answer of this process, and when it was given."""

    answer: dict[str, bool] | None = None
    at = 0.0


_last = _Last()
_asking = threading.Lock()


def forget() -> None:
    """Look anew at the next question."""
    _last.answer = None


def _holds(name: str) -> bool:
    try:
        _CHECKS[name]()
    except Exception as fault:  # noqa: BLE001 - whatever is wrong, the site is not ready
        log.warning("not ready: %s: %s", name, fault)
        return False
    return True


@cache
def _migrations() -> frozenset[tuple[str, str]]:
    """Those that this program has; a program does not change while it runs."""
    return frozenset(MigrationLoader(None).graph.nodes)
