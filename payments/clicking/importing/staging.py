"""Temporary tables into which a month folder is copied before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from django.db import connection

_TABLES = """
    CREATE TEMPORARY TABLE importing_thing
        (line int, url text, key bytea, creator text, title text, category text, language text);
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


def stage(table: str, blocks: Iterable[str], *, after_each: Callable[[], object]) -> int:
    """Copy blocks of lines into one of the tables. Returns how many lines."""
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY {table} FROM STDIN") as copy:
            for block in blocks:
                copy.write(block)
                after_each()
        staged: int = cursor.rowcount
        cursor.execute(f"ANALYZE {table}")
    return staged


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
