"""The index that finds the corrections of a transfer, made without stopping those that write."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the index."""

    atomic = False

    dependencies = [("payments", "0003_imported_months")]

    operations = [
        AddIndexConcurrently(
            model_name="transfer",
            index=models.Index(
                condition=models.Q(("mirrors__isnull", False)),
                fields=["mirrors"],
                name="transfer_by_original",
            ),
        ),
    ]
