"""Tables of clicks that are filled before they are indexed."""

from __future__ import annotations

import pytest
from django.db import connection

from things.models import Click
from things.partitions import ensure_partition, filling_partition, partition_exists
from things.periods import Period

SEPTEMBER = Period(2010, 9)

pytestmark = pytest.mark.django_db


def _shape(table: str) -> list[tuple[str, ...]]:
    """Columns, constraints and indexes, without the table's name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT replace(indexdef, %(table)s, 'clicks') FROM pg_indexes"
            " WHERE tablename = %(table)s"
            " UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid = %(table)s::regclass"
            " UNION ALL SELECT attname || format_type(atttypid, atttypmod) || attnotnull"
            " FROM pg_attribute WHERE attrelid = %(table)s::regclass AND attnum > 0 ORDER BY 1",
            {"table": table},
        )
        return cursor.fetchall()


class TestFillingPartition:
    def test_makes_the_same_table_as_ensuring_does(self) -> None:
        ensure_partition(SEPTEMBER.next)

        with filling_partition(SEPTEMBER) as made:
            assert made

        assert _shape("things_click_2010_09") == _shape("things_click_2010_10") != []

    def test_indexes_at_the_end_what_was_inserted(self) -> None:
        with filling_partition(SEPTEMBER), connection.cursor() as cursor:
            assert not [row for row in _shape("things_click_2010_09") if "INDEX" in row[0]]
            cursor.execute(
                "INSERT INTO things_click_2010_09 VALUES ('2010-09-01', 1, 2, '2010-09-02Z')"
            )

        click = Click.objects.in_period(SEPTEMBER).get()
        assert (click.subscriber_id, click.thing_id) == (1, 2)

    def test_leaves_a_table_that_is_there(self) -> None:
        ensure_partition(SEPTEMBER)
        before = _shape("things_click_2010_09")

        with filling_partition(SEPTEMBER) as made:
            assert not made

        assert _shape("things_click_2010_09") == before

    def test_leaves_no_table_if_the_block_fails(self) -> None:
        with pytest.raises(ZeroDivisionError), filling_partition(SEPTEMBER):
            _ = 1 // 0

        assert not partition_exists(SEPTEMBER)
