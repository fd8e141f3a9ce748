"""The rules of debts and corrections for the rows that were there before."""

from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    """Validate without stopping those that write."""

    atomic = False

    dependencies = [("payments", "0005_debts_and_partial_corrections")]

    operations = [
        ValidateConstraint("ledgeraccount", "ledger_account_covers_what_is_held"),
        ValidateConstraint("ledgeraccount", "ledger_account_owes_what_is_missing"),
        ValidateConstraint("transfer", "transfer_correction_names_its_original"),
        AddIndexConcurrently(
            model_name="ledgeraccount",
            index=models.Index(
                condition=models.Q(("owed__gt", 0)), fields=["id"], name="ledger_account_in_debt"
            ),
        ),
    ]
