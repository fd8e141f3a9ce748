"""Leave room on the pages of rows that a settlement updates, so that each update stays in place.

A shard updates every budget and every wallet of its range once. With half of each page free
(and more for budgets, which grow by three columns), the new versions fit beside the old ones and
need no new index entries (heap-only tuples).
"""

from django.db import migrations


class Migration(migrations.Migration):
    """Set the fill factor of the two tables."""

    dependencies = [("payments", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql="""
                ALTER TABLE payments_ledgeraccount SET (fillfactor = 50);
                ALTER TABLE payments_budget SET (fillfactor = 40);
            """,
            reverse_sql="""
                ALTER TABLE payments_ledgeraccount RESET (fillfactor);
                ALTER TABLE payments_budget RESET (fillfactor);
            """,
        ),
    ]
