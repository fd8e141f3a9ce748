"""Wallets can owe, and a transfer can be corrected in parts; see docs/decisions/debts.md."""

import django.db.models.expressions
import payments.ledger.triggers
import pgtrigger.compiler
import pgtrigger.migrations
import things.triggers
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    """Add what is owed, and exchange the rules; the next migration looks at the old rows."""

    dependencies = [
        ("payments", "0004_corrections_by_their_original"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="ledgeraccount",
            name="account_opens_empty",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="transfer",
            name="transfers_keep_balances",
        ),
        migrations.RemoveConstraint(
            model_name="ledgeraccount",
            name="ledger_account_covers_what_is_held",
        ),
        migrations.RemoveConstraint(
            model_name="transfer",
            name="transfer_corrected_once",
        ),
        migrations.RemoveConstraint(
            model_name="transfer",
            name="transfer_correction_names_its_original",
        ),
        migrations.AddField(
            model_name="ledgeraccount",
            name="owed",
            field=models.BigIntegerField(db_default=0, default=0, verbose_name="owed"),
        ),
        migrations.AlterField(
            model_name="transfer",
            name="kind",
            field=models.CharField(
                choices=[
                    ("deposit", "deposit"),
                    ("share", "given in a month"),
                    ("earning", "earned in a month"),
                    ("fee", "fee"),
                    ("tip", "tip"),
                    ("regiven", "earnings into giving"),
                    ("payout", "payout requested"),
                    ("paid", "paid out"),
                    ("mirror", "correction"),
                    ("chargeback", "payment taken back"),
                ],
                max_length=10,
                verbose_name="kind",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ledgeraccount",
            trigger=pgtrigger.compiler.Trigger(
                name="account_opens_empty",
                sql=things.triggers.FirmTriggerSql(
                    condition="WHEN (NEW.balance <> 0 OR NEW.held <> 0 OR NEW.owed <> 0)",
                    func="RAISE EXCEPTION '% of % refused: %', TG_OP, TG_TABLE_NAME, 'a ledger account opens empty' USING ERRCODE = 'integrity_constraint_violation';",
                    hash="0677b7604e4372b3417685c90f0b67e324e9d39e",
                    operation="INSERT",
                    pgid="pgtrigger_account_opens_empty_7bd14",
                    table="payments_ledgeraccount",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ledgeraccount",
            trigger=pgtrigger.compiler.Trigger(
                name="debt_only_by_transfer",
                sql=things.triggers.FirmTriggerSql(
                    condition="WHEN (NEW.owed > OLD.owed AND pg_trigger_depth() = 0)",
                    func="RAISE EXCEPTION '% of % refused: %', TG_OP, TG_TABLE_NAME, 'only a payment that is taken back makes a debt' USING ERRCODE = 'integrity_constraint_violation';",
                    hash="d84a19df3d54bd528c0dd5f54e752b6c7c61d56a",
                    operation="UPDATE",
                    pgid="pgtrigger_debt_only_by_transfer_7bc03",
                    table="payments_ledgeraccount",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="transfer",
            trigger=pgtrigger.compiler.Trigger(
                name="transfers_keep_balances",
                sql=payments.ledger.triggers.InOrderTriggerSql(
                    declare="DECLARE unmatched BIGINT;",
                    func="\n    WITH moved AS MATERIALIZED (\n        SELECT account_id, currency, sum(amount)::bigint AS amount,\n            sum(released)::bigint AS released, sum(taken_back)::bigint AS taken_back\n        FROM (\n            SELECT debited_id, currency, -amount, released,\n                CASE WHEN kind = 'chargeback' THEN amount ELSE 0 END\n            FROM posted\n            UNION ALL\n            SELECT credited_id, currency, amount, 0, 0 FROM posted\n        ) AS side (account_id, currency, amount, released, taken_back)\n        GROUP BY account_id, currency\n        ORDER BY account_id\n    ), owned AS (\n        UPDATE payments_ledgeraccount AS account\n        SET balance = account.balance + moved.amount, held = account.held - moved.released,\n            owed = greatest(0, least(account.owed + moved.taken_back,\n                account.held - moved.released - account.balance - moved.amount))\n        FROM moved\n        WHERE account.id = moved.account_id AND account.currency = moved.currency\n            AND account.owner_id IS NOT NULL\n        RETURNING account.id\n    ), of_the_site AS (\n        UPDATE payments_ledgeraccount AS account\n        SET balance = account.balance + moved.amount, held = account.held - moved.released,\n            owed = moved.taken_back\n        FROM moved\n        WHERE account.id = moved.account_id AND account.currency = moved.currency\n            AND account.owner_id IS NULL AND (SELECT count(*) FROM owned) >= 0\n        RETURNING account.id\n    )\n    SELECT (SELECT count(*) FROM moved)\n        - (SELECT count(*) FROM owned) - (SELECT count(*) FROM of_the_site)\n        INTO unmatched;\n    IF unmatched <> 0 THEN\n        RAISE EXCEPTION 'a transfer names an account that is not there or has another currency'\n            USING ERRCODE = 'foreign_key_violation';\n    END IF;\n    IF NOT EXISTS (SELECT FROM posted WHERE mirrors_id IS NOT NULL) THEN\n        RETURN NULL;\n    END IF;\n    IF EXISTS (\n        SELECT FROM posted\n        LEFT JOIN payments_transfer AS original ON original.id = posted.mirrors_id\n            AND original.debited_id = posted.credited_id\n            AND original.credited_id = posted.debited_id\n        WHERE posted.mirrors_id IS NOT NULL AND original.id IS NULL\n    ) THEN\n        RAISE EXCEPTION 'a correction does not go back the way of the transfer that it names'\n            USING ERRCODE = 'foreign_key_violation';\n    END IF;\n    IF EXISTS (\n        SELECT FROM posted\n        JOIN payments_transfer AS original ON original.id = posted.mirrors_id\n        WHERE original.amount < (\n            SELECT sum(correction.amount) FROM payments_transfer AS correction\n            WHERE correction.mirrors_id = original.id\n        )\n    ) THEN\n        RAISE EXCEPTION 'transfer_corrected_at_most_whole: corrections are more than the original'\n            USING ERRCODE = 'check_violation';\n    END IF;\n    RETURN NULL;\n",
                    hash="53b14c103fb940cb58c6b0c1587a83603b8e4139",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_transfers_keep_balances_0ed83",
                    referencing="REFERENCING NEW TABLE AS posted ",
                    table="payments_transfer",
                    when="AFTER",
                ),
            ),
        ),
        AddConstraintNotValid(
            model_name="ledgeraccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("held", 0), ("kind", "outside")),
                    models.Q(
                        (
                            "balance__gte",
                            django.db.models.expressions.CombinedExpression(
                                models.F("held"), "-", models.F("owed")
                            ),
                        ),
                        ("held__gte", 0),
                    ),
                    _connector="OR",
                ),
                name="ledger_account_covers_what_is_held",
            ),
        ),
        AddConstraintNotValid(
            model_name="ledgeraccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("owed", 0),
                    models.Q(
                        ("kind", "wallet"),
                        (
                            "owed",
                            django.db.models.expressions.CombinedExpression(
                                models.F("held"), "-", models.F("balance")
                            ),
                        ),
                        ("owed__gt", 0),
                    ),
                    _connector="OR",
                ),
                name="ledger_account_owes_what_is_missing",
            ),
        ),
        AddConstraintNotValid(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ["mirror", "chargeback"]), ("mirrors__isnull", False)),
                    models.Q(
                        models.Q(("kind__in", ["mirror", "chargeback"]), _negated=True),
                        ("mirrors__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="transfer_correction_names_its_original",
            ),
        ),
    ]
