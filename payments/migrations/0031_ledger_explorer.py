import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("payments", "0030_lists_of_operators")]

    operations = [
        AddIndexConcurrently(
            model_name="transfer",
            index=django.contrib.postgres.indexes.BrinIndex(
                fields=["posted_at"], name="transfer_by_moment"
            ),
        ),
    ]
