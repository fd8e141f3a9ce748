from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("payments", "0031_ledger_explorer")]

    operations = [
        AddIndexConcurrently(
            model_name="transfer",
            index=models.Index(
                fields=["debited", "posted_at", "id"],
                include=["amount", "kind"],
                condition=~Q(kind__in=["share", "earning", "fee"]),
                name="transfer_out_in_time",
            ),
        ),
        AddIndexConcurrently(
            model_name="transfer",
            index=models.Index(
                fields=["credited", "posted_at", "id"],
                include=["amount", "kind"],
                condition=~Q(kind="share"),
                name="transfer_in_in_time",
            ),
        ),
        RemoveIndexConcurrently(model_name="transfer", name="transfer_by_credited"),
    ]
