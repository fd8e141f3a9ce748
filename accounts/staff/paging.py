"""Lists of the admin that stay quick on long tables."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db import connection, models

if TYPE_CHECKING:
    _Paginator = Paginator[Any]
    _Lookup = models.Lookup[Any]
else:
    _Paginator, _Lookup = Paginator, models.Lookup

# Counting fewer rows than this takes milliseconds.
COUNTED_EXACTLY = 100_000


class EstimatingPaginator(_Paginator):
    """Takes PostgreSQL's own estimate for the count of a long table that nothing filters.

    What is filtered is counted as far as COUNTED_EXACTLY, and no further: nobody turns so many
    pages.
    """

    @cached_property
    def count(self) -> int:
        """Exact where it is cheap: a filtered list, or a table of some ten thousand rows."""
        rows = self.object_list
        if not isinstance(rows, models.QuerySet):
            return super().count
        if not rows.query.where:
            estimate = estimated_rows(rows.model._meta.db_table)
            if estimate > COUNTED_EXACTLY:
                return estimate
        return rows.order_by()[:COUNTED_EXACTLY].count()


def estimated_rows(table: str) -> int:
    """How many rows PostgreSQL thinks that a table has."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(%s)", [table]
        )
        return int(cursor.fetchone()[0])


@models.CharField.register_lookup
class HasPart(_Lookup):
    """`has_part`: a column contains a text, whatever its case, as an index of trigrams reads it.

    Django's own `icontains` compares upper cases, which such an index has not.
    """

    lookup_name = "has_part"

    def get_prep_lookup(self) -> str:
        """The text as a pattern; what is special in one is taken as it is."""
        text = str(self.rhs).replace("\\", "\\\\")
        return "%" + text.replace("%", "\\%").replace("_", "\\_") + "%"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """The comparison."""
        left, left_values = self.process_lhs(compiler, connection)
        right, right_values = self.process_rhs(compiler, connection)
        return f"{left} ILIKE {right}", (*left_values, *right_values)
