"""One table of clicks a period: made ahead, and sealed when the period is settled."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection, transaction
from psycopg import sql

from things.periods import Period

SEALED_SQLSTATE = "OB001"

# Any number that no other advisory lock of the project uses.
_MAKING = 0x0B01E001


class PeriodSealed(Exception):
    """The period's clicks are sealed: its settlement has begun."""


def partition_name(period: Period) -> str:
    """The table that holds the clicks of a period."""
    return f"things_click_{period.year:04}_{period.month:02}"


def partition_exists(period: Period) -> bool:
    """Whether the table for a period's clicks is there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [partition_name(period)])
        return bool(cursor.fetchone()[0])


def ensure_partition(period: Period) -> bool:
    """Make the table for a period's clicks, if it is not there. True if it was made.

    Attaching takes a lock that lets clicks into other periods through. The advisory lock
    stops two callers that make the same table at once.
    """
    if partition_exists(period):
        return False
    with filling_partition(period) as made:
        return made


@contextmanager
def filling_partition(period: Period) -> Iterator[bool]:
    """The table for a period's clicks is there to be filled in the block. Yields if it was made.

    A new table gets its indexes when it is attached, after the block: so a million clicks cost
    half of what they cost row by row. Until then only this transaction knows the table, which is
    reached by its own name, not through `things_click`.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_MAKING])
        if partition_exists(period):
            yield False
            return
        name, first_day = sql.Identifier(partition_name(period)), sql.Literal(period.first_day)
        cursor.execute(
            sql.SQL("CREATE TABLE {0} (LIKE things_click INCLUDING ALL EXCLUDING INDEXES)").format(
                name
            )
        )
        yield True
        cursor.execute(
            sql.SQL("ALTER TABLE things_click ATTACH PARTITION {0} FOR VALUES IN ({1})").format(
                name, first_day
            )
        )


def make_partitions_ahead(period: Period, *, months: int) -> int:
    """Make the tables of a period and of as many after it. Returns how many were made."""
    made = 0
    for _ in range(months + 1):
        made += ensure_partition(period)
        period = period.next
    return made


def seal_partition(period: Period) -> None:
    """Refuse every further insert, update, delete and truncate of the period's clicks.

    Waits for clicks in flight: CREATE TRIGGER takes a lock that conflicts with writers and
    lets readers through. From then on writers get SQLSTATE OB001. Sealing twice is harmless.
    """
    name = sql.Identifier(partition_name(period))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "CREATE OR REPLACE TRIGGER sealed BEFORE INSERT OR UPDATE OR DELETE ON {0}"
                " FOR EACH ROW EXECUTE FUNCTION things_refuse_sealed();"
                "CREATE OR REPLACE TRIGGER sealed_whole BEFORE TRUNCATE ON {0}"
                " FOR EACH STATEMENT EXECUTE FUNCTION things_refuse_sealed();"
            ).format(name)
        )


@contextmanager
def naming_the_seal() -> Iterator[None]:
    """Raises PeriodSealed in place of the database's error where the seal refused a write."""
    try:
        with transaction.atomic():
            yield
    except DatabaseError as refusal:
        if getattr(refusal.__cause__, "sqlstate", None) != SEALED_SQLSTATE:
            raise
        raise PeriodSealed(str(refusal.__cause__).splitlines()[0]) from refusal


def is_sealed(period: Period) -> bool:
    """Whether the clicks of a period are sealed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_trigger"
            " WHERE tgrelid = to_regclass(%s) AND tgname = 'sealed')",
            [partition_name(period)],
        )
        return bool(cursor.fetchone()[0])


def periods_with_partition() -> list[Period]:
    """The periods whose clicks have a table, latest first. Reads the catalogue, not the rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT right(relname, 7) FROM pg_inherits JOIN pg_class ON oid = inhrelid"
            " WHERE inhparent = to_regclass('things_click') ORDER BY 1 DESC"
        )
        return [Period.parse(name.replace("_", "-")) for (name,) in cursor.fetchall()]
