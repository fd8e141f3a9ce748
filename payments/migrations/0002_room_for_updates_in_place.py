"""Leave room on the pages of rows that change often, so that their updates stay in place.

Balances and open budgets are updated, never their keys: with free room on its page a new version
of a row needs no new index entries (PostgreSQL's heap-only tuples).
"""

from django.db import migrations


class Migration(migrations.Migration):
    """Set the fill factor of the two tables."""

    dependencies = [("payments", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql="""
                ALTER TABLE payments_ledgeraccount SET (fillfactor = 70);
                ALTER TABLE payments_budget SET (fillfactor = 70);
            """,
            reverse_sql="""
                ALTER TABLE payments_ledgeraccount RESET (fillfactor);
                ALTER TABLE payments_budget RESET (fillfactor);
            """,
        ),
    ]
