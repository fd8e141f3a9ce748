from django.db import migrations, models

STATE = [
    migrations.RemoveConstraint(model_name="site", name="site_asked_once"),
    migrations.RemoveConstraint(model_name="site", name="site_has_one_verified_owner"),
    migrations.AddIndex(
        model_name="site",
        index=models.Index(fields=["next_at", "id"], name="site_due"),
    ),
    migrations.AddConstraint(
        model_name="site",
        constraint=models.UniqueConstraint(
            condition=models.Q(("asked_at__isnull", False)),
            fields=("host", "path", "owner"),
            name="place_asked_once",
        ),
    ),
    migrations.AddConstraint(
        model_name="site",
        constraint=models.UniqueConstraint(
            condition=models.Q(("verified_at__isnull", False)),
            fields=("host", "path"),
            name="place_has_one_verified_owner",
        ),
    ),
]


class Migration(migrations.Migration):
    # The indexes are made beside what goes on; the old ones go when the new ones are there.
    atomic = False

    dependencies = [
        ("things", "0016_proofs_of_sites"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "CREATE UNIQUE INDEX CONCURRENTLY place_asked_once ON things_site"
                    " (host, path, owner_id) WHERE asked_at IS NOT NULL",
                    "DROP INDEX CONCURRENTLY place_asked_once",
                ),
                migrations.RunSQL(
                    "CREATE UNIQUE INDEX CONCURRENTLY place_has_one_verified_owner ON things_site"
                    " (host, path) WHERE verified_at IS NOT NULL",
                    "DROP INDEX CONCURRENTLY place_has_one_verified_owner",
                ),
                migrations.RunSQL(
                    "CREATE INDEX CONCURRENTLY site_due ON things_site (next_at, id)",
                    "DROP INDEX CONCURRENTLY site_due",
                ),
                migrations.RunSQL(
                    "ALTER TABLE things_site DROP CONSTRAINT site_asked_once",
                    "ALTER TABLE things_site ADD CONSTRAINT site_asked_once UNIQUE (host, owner_id)",
                ),
                migrations.RunSQL(
                    "DROP INDEX CONCURRENTLY site_has_one_verified_owner",
                    "CREATE UNIQUE INDEX CONCURRENTLY site_has_one_verified_owner"
                    " ON things_site (host) WHERE verified_at IS NOT NULL",
                ),
            ],
            state_operations=STATE,
        ),
    ]
