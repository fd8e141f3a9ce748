"""A database of a benchmark's own, with the tables of the site, dropped at the end."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def set_up(**environment: str) -> None:
    """Make the code importable and the servers run; settings that the terminal names stay."""
    sys.path[:0] = [str(ROOT), str(ROOT / "platform")]
    for name, value in {
        "DJANGO_SETTINGS_MODULE": "obole.settings",
        "OBOLE_LOG_LEVEL": "ERROR",
        **environment,
    }.items():
        os.environ.setdefault(name, value)
    import django

    django.setup()
    from obole.servers import start_missing

    start_missing()


@contextmanager
def scratch_database(name: str) -> Iterator[None]:
    """Empty tables. A terminal's name for it, so that it disturbs no test."""
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    connection.settings_dict["TEST"]["NAME"] = f"bench_{name}_{os.getpid()}"
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        yield
    finally:
        teardown_databases(databases, verbosity=0)


def best(deed: Callable[[], object], *, rounds: int) -> float:
    """Milliseconds of the quickest of some rounds, after one that warms up."""
    deed()
    return min(timed(deed) for _ in range(rounds))


def timed(deed: Callable[[], object]) -> float:
    """How many milliseconds it takes."""
    began = time.perf_counter()
    deed()
    return (time.perf_counter() - began) * 1000
