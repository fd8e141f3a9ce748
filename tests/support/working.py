"""A Celery worker in a thread of the test's own process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from celery.contrib.testing.worker import start_worker

from obole.celery import app


@contextmanager
def working() -> Iterator[None]:
    """A worker that finds nothing of what earlier tests left in the queue: its people are gone."""
    app.control.purge()
    with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=30):
        yield
