from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models.functions import Lower


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_addresses_in_lower_case")]

    operations = [
        AddConstraintNotValid(
            "user",
            models.CheckConstraint(
                condition=models.Q(email__isnull=True) | models.Q(email=Lower("email")),
                name="user_email_in_lower_case",
                violation_error_message="Write the e-mail address in lower case.",
            ),
        ),
    ]
