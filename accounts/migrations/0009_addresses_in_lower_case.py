from django.db import migrations


class Migration(migrations.Migration):
    """Before the constraint that asks for it. No two differ in case only: an index sees to that."""

    dependencies = [("accounts", "0008_one_choice_for_all_giving")]

    operations = [
        migrations.RunSQL(
            "UPDATE accounts_user SET email = lower(email) WHERE email <> lower(email)",
            migrations.RunSQL.noop,
        )
    ]
