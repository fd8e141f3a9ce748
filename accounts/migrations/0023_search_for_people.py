import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently, TrigramExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("accounts", "0022_looks_at_pages"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        TrigramExtension(),
        AddIndexConcurrently(
            model_name="staffentry",
            index=models.Index(
                condition=models.Q(("operator", ""), _negated=True),
                fields=["operator", "-id"],
                name="staff_entry_by_login",
            ),
        ),
        AddIndexConcurrently(
            model_name="user",
            index=models.Index(
                condition=models.Q(("is_staff", True)), fields=["username"], name="user_of_staff"
            ),
        ),
        AddIndexConcurrently(
            model_name="user",
            index=models.Index(
                condition=models.Q(("is_active", False)), fields=["username"], name="user_closed"
            ),
        ),
        AddIndexConcurrently(
            model_name="user",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(models.F("username"), name="gin_trgm_ops"),
                django.contrib.postgres.indexes.OpClass(
                    models.F("display_name"), name="gin_trgm_ops"
                ),
                django.contrib.postgres.indexes.OpClass(models.F("email"), name="gin_trgm_ops"),
                name="user_by_parts",
            ),
        ),
    ]
