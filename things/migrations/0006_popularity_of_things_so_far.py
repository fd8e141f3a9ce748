from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("things", "0005_popularity_of_each_thing"),
    ]

    operations = [
        migrations.RunSQL(
            "INSERT INTO things_popularity"
            " (thing_id, flattrs, flattrs_month, flattrs_week, flattrs_day, trend)"
            " SELECT id, 0, 0, 0, 0, 0 FROM things_thing ON CONFLICT DO NOTHING",
            migrations.RunSQL.noop,
        ),
    ]
