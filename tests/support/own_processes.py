"""Processes of an operator on the test's own database and queues: workers, commands."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, urlencode

from crash_site import kill_group
from django.conf import settings
from django.db import connection
from redis import Redis

from obole.environment import from_kombu


def environment(**more: str) -> dict[str, str]:
    """The variables with which a process works on this test's database, cache and queues."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "obole.settings",
        "DATABASE_URL": _database_url(),
        "REDIS_URL": settings.REDIS_URL,
        "CELERY_BROKER_URL": settings.CELERY_BROKER_URL,
        **more,
    }


def run_command(*arguments: str) -> str:
    """`manage.py`, as somebody with a shell runs it. Returns what it says."""
    command = [sys.executable, "manage.py", *arguments]
    run = subprocess.run(command, env=environment(), check=True, capture_output=True, text=True)
    return run.stdout


@contextmanager
def worker(**variables: str) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker that does one task after the other; killed at the end where it still runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "obole", "worker", "-P", "solo", "-l", "ERROR"],
        env=environment(**variables),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        kill_group(process)


@contextmanager
def empty_queues() -> Iterator[None]:
    """Queues without what earlier tests left, and without what a killed worker had taken after."""
    with Redis.from_url(from_kombu(settings.CELERY_BROKER_URL)) as queues:
        queues.flushdb()
        yield
        queues.flushdb()


def _database_url() -> str:
    """As `obole.environment.database` reads it; the host may be the folder of a socket."""
    database = connection.settings_dict
    user, password = quote(database["USER"], safe=""), quote(database["PASSWORD"], safe="")
    port = f":{database['PORT']}" if database["PORT"] else ""
    host = urlencode({"host": database["HOST"]})
    return f"postgres://{user}:{password}@{port}/{database['NAME']}?{host}"
