"""Deeds done at once, each in a thread of its own and so on a database connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from queue import SimpleQueue
from threading import Barrier
from typing import Any

from django.db import connection


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Start all deeds together; for each, in their order, what it returned or raised.

    For tests with `transaction=True`: others see only what is committed.
    """
    start = Barrier(len(deeds))

    def run(deed: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()  # else those that connect later come later
            start.wait(timeout=20)
            return deed()
        except Exception as refusal:  # noqa: BLE001 - the test looks at what it was
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(threads.map(run, deeds))


def meanwhile(deed: Callable[[], Any]) -> Future[Any]:
    """Start a deed in a thread of its own, and return once it is done or waits for a lock.

    For the middle of a transaction of the test's own, which may be what the deed waits for.
    """
    started: SimpleQueue[int] = SimpleQueue()

    def run() -> Any:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                started.put(cursor.fetchone()[0])
            return deed()
        finally:
            connection.close()

    thread = ThreadPoolExecutor(1)
    done = thread.submit(run)
    thread.shutdown(wait=False)
    backend = started.get(timeout=20)
    while not done.done() and not _waits(backend):
        wait([done], timeout=0.01)
    return done


def _waits(backend: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE pid = %s AND NOT granted)", [backend]
        )
        return bool(cursor.fetchone()[0])
