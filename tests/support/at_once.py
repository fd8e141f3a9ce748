"""Deeds done at once, each in a thread of its own and so on a database connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
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
