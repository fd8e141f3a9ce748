from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    """In a transaction of its own, whose lock lets others write meanwhile."""

    dependencies = [("accounts", "0010_addresses_stay_in_lower_case")]

    operations = [ValidateConstraint("user", "user_email_in_lower_case")]
