from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("things", "0022_reports_and_signs_of_spam"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="feed",
            index=models.Index(
                fields=["url"], name="feed_by_url", opclasses=["varchar_pattern_ops"]
            ),
        ),
        AddIndexConcurrently(
            model_name="site",
            index=models.Index(
                condition=models.Q(("verified_at", None)), fields=["-id"], name="site_waiting"
            ),
        ),
        AddIndexConcurrently(
            model_name="site",
            index=models.Index(
                condition=models.Q(("contested_at__isnull", False)),
                fields=["-id"],
                name="site_contested",
            ),
        ),
        AddIndexConcurrently(
            model_name="site",
            index=models.Index(
                fields=["host"], name="site_by_host", opclasses=["varchar_pattern_ops"]
            ),
        ),
    ]
