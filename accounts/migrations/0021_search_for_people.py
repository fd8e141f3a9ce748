import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently, TrigramExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("accounts", "0020_lost_second_factors")]

    operations = [
        TrigramExtension(),
        AddIndexConcurrently(
            model_name="user",
            index=models.Index(
                condition=models.Q(("is_staff", True)),
                fields=["username"],
                name="user_of_staff",
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
