from django.db import migrations, models


class Migration(migrations.Migration):
    # The index is made beside the clicks that come in.
    atomic = False

    dependencies = [
        ("things", "0013_keys_of_addresses"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "CREATE UNIQUE INDEX CONCURRENTLY thing_at_one_address"
                    " ON things_thing (key) WHERE key IS NOT NULL",
                    "DROP INDEX CONCURRENTLY thing_at_one_address",
                ),
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name="thing",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("key__isnull", False)),
                        fields=("key",),
                        name="thing_at_one_address",
                    ),
                ),
            ],
        ),
    ]
