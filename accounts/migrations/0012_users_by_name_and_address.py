from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("accounts", "0011_addresses_are_in_lower_case")]

    operations = [
        AddIndexConcurrently("user", models.Index(Upper("username"), name="user_by_name")),
        AddIndexConcurrently("user", models.Index(fields=["email"], name="user_by_address")),
    ]
