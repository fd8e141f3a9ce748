"""Temporary tables into which a month folder is copied before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice

from django.db import connection

# So many lines are sent at once: fewer cost more calls, more cost memory and save nothing.
_LINES = 2_000

_TABLES = """
    CREATE TEMPORARY TABLE importing_thing
        (line int, url text, creator text, title text, category text, language text);
    CREATE TEMPORARY TABLE importing_budget
        (line int, subscriber text, amount bigint, currency text);
    CREATE TEMPORARY TABLE importing_click
        (giver int, thing int, clicked_at timestamptz, line int);
"""


@contextmanager
def staging_tables() -> Iterator[None]:
    """The tables, for as long as the block; a transaction that is rolled back takes them along."""
    _execute(_TABLES)
    yield
    _execute("DROP TABLE importing_thing, importing_budget, importing_click")


def stage(table: str, lines: Iterable[str], *, after_each: Callable[[], object]) -> int:
    """Copy lines into one of the tables, some thousands at a time. Returns how many."""
    lines = iter(lines)
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY {table} FROM STDIN") as copy:
            while block := "".join(islice(lines, _LINES)):
                copy.write(block)
                after_each()
        staged: int = cursor.rowcount
        cursor.execute(f"ANALYZE {table}")
    return staged


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
