import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("payments", "0029_rules_against_abuse"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="bankline",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("party"), name="text_pattern_ops"
                ),
                name="bank_line_by_party",
            ),
        ),
        AddIndexConcurrently(
            model_name="bankline",
            index=models.Index(
                condition=models.Q(("reference", ""), _negated=True),
                fields=["reference"],
                name="bank_line_by_reference",
            ),
        ),
        AddIndexConcurrently(
            model_name="payout",
            index=models.Index(fields=["state", "-id"], name="payout_by_state"),
        ),
        AddIndexConcurrently(
            model_name="transfer",
            index=models.Index(
                condition=models.Q(("kind__in", ["share", "earning"]), _negated=True),
                fields=["kind", "-id"],
                name="transfer_by_kind",
            ),
        ),
    ]
