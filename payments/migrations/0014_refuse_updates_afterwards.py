"""Refuse updates of budgets and accounts after they were made, not before: half the cost.

The trigger of the balances finds the site's own accounts without looking at all others.
"""

import payments.ledger.triggers
import pgtrigger.compiler
import pgtrigger.migrations
import things.triggers
from django.db import migrations

ADD_UP = """
    CREATE AGGREGATE payments_sum(bigint) (
        SFUNC = int8pl, STYPE = bigint, INITCOND = '0', COMBINEFUNC = int8pl, PARALLEL = SAFE
    )
"""


class Migration(migrations.Migration):
    """Make the triggers anew, and an aggregate for sums of amounts."""

    dependencies = [
        ("payments", "0013_bank_bookings"),
    ]

    operations = [
        # The sum of bigints is a numeric, which takes memory for each group and is slow to read.
        migrations.RunSQL(ADD_UP, "DROP AGGREGATE payments_sum(bigint)"),
        pgtrigger.migrations.RemoveTrigger(
            model_name="budget",
            name="settled_budget_is_never_changed",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="ledgeraccount",
            name="account_stays_itself",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="ledgeraccount",
            name="balance_only_by_transfer",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="ledgeraccount",
            name="debt_only_by_transfer",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="transfer",
            name="transfers_keep_balances",
        ),
        migrations.RemoveConstraint(
            model_name="ledgeraccount",
            name="ledger_account_currency_code",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="budget",
            trigger=pgtrigger.compiler.Trigger(
                name="settled_budget_is_never_changed",
                sql=things.triggers.FirmTriggerSql(
                    condition="WHEN (OLD.share IS NOT NULL)",
                    func="RAISE EXCEPTION '% of % refused: %', TG_OP, TG_TABLE_NAME, 'the budget is settled' USING ERRCODE = 'integrity_constraint_violation';",
                    hash="a1f3c1f2b9117b7dccbb81d6744f0c4796cc2b8b",
                    operation="UPDATE",
                    pgid="pgtrigger_settled_budget_is_never_changed_165b4",
                    table="payments_budget",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ledgeraccount",
            trigger=pgtrigger.compiler.Trigger(
                name="account_has_a_currency",
                sql=things.triggers.FirmTriggerSql(
                    condition="WHEN (NEW.currency !~ '^[A-Z]{3}$')",
                    func="RAISE EXCEPTION '% of % refused: %', TG_OP, TG_TABLE_NAME, 'a currency has three capital letters' USING ERRCODE = 'integrity_constraint_violation';",
                    hash="0b46d34ba7b93c34fb046d9122ad843279db0c1b",
                    operation="INSERT",
                    pgid="pgtrigger_account_has_a_currency_f4348",
                    table="payments_ledgeraccount",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ledgeraccount",
            trigger=pgtrigger.compiler.Trigger(
                name="account_stays_itself",
                sql=things.triggers.FirmTriggerSql(
                    condition="WHEN ((NEW.id, NEW.owner_id, NEW.kind, NEW.currency, NEW.rail) IS DISTINCT FROM (OLD.id, OLD.owner_id, OLD.kind, OLD.currency, OLD.rail))",
                    func="RAISE EXCEPTION '% of % refused: %', TG_OP, TG_TABLE_NAME, 'only transfers and holds change a ledger account' USING ERRCODE = 'integrity_constraint_violation';",
                    hash="72c834a72e60a375e97f95ee64d18eacf1103557",
                    operation='UPDATE OF "id", "owner_id", "kind", "currency", "rail"',
                    pgid="pgtrigger_account_stays_itself_f449c",
                    table="payments_ledgeraccount",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ledgeraccount",
            trigger=pgtrigger.compiler.Trigger(
                name="balance_only_by_transfer",
                sql=things.triggers.FirmTriggerSql(
                    condition="WHEN (pg_trigger_depth() = 0 AND OLD.balance <> NEW.balance)",
                    func="RAISE EXCEPTION '% of % refused: %', TG_OP, TG_TABLE_NAME, 'only a transfer moves a balance' USING ERRCODE = 'integrity_constraint_violation';",
                    hash="42f58ff37e3d227f6cddaec27a07286890523654",
                    operation='UPDATE OF "balance"',
                    pgid="pgtrigger_balance_only_by_transfer_88c34",
                    table="payments_ledgeraccount",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ledgeraccount",
            trigger=pgtrigger.compiler.Trigger(
                name="debt_only_by_transfer",
                sql=things.triggers.FirmTriggerSql(
                    condition="WHEN (pg_trigger_depth() = 0 AND NEW.owed > OLD.owed)",
                    func="RAISE EXCEPTION '% of % refused: %', TG_OP, TG_TABLE_NAME, 'only a payment that is taken back makes a debt' USING ERRCODE = 'integrity_constraint_violation';",
                    hash="9e3745f1ddbc94843b9613876d70945560d776ad",
                    operation='UPDATE OF "owed"',
                    pgid="pgtrigger_debt_only_by_transfer_7bc03",
                    table="payments_ledgeraccount",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="transfer",
            trigger=pgtrigger.compiler.Trigger(
                name="transfers_keep_balances",
                sql=payments.ledger.triggers.InOrderTriggerSql(
                    declare="DECLARE unmatched BIGINT;",
                    func="\n    WITH moved AS MATERIALIZED (\n        SELECT account_id, currency, sum(amount)::bigint AS amount,\n            sum(released)::bigint AS released, sum(taken_back)::bigint AS taken_back\n        FROM (\n            SELECT debited_id, currency, -amount, released,\n                CASE WHEN kind = 'chargeback' THEN amount ELSE 0 END\n            FROM posted\n            UNION ALL\n            SELECT credited_id, currency, amount, 0, 0 FROM posted\n        ) AS side (account_id, currency, amount, released, taken_back)\n        GROUP BY account_id, currency\n        ORDER BY account_id\n    ), owned AS (\n        UPDATE payments_ledgeraccount AS account\n        SET balance = account.balance + moved.amount, held = account.held - moved.released,\n            owed = greatest(0, least(account.owed + moved.taken_back,\n                account.held - moved.released - account.balance - moved.amount))\n        FROM moved\n        WHERE account.id = moved.account_id AND account.currency = moved.currency\n            AND account.owner_id IS NOT NULL\n        RETURNING account.id\n    ), of_the_site AS (\n        UPDATE payments_ledgeraccount AS account\n        SET balance = account.balance + moved.amount, held = account.held - moved.released,\n            owed = moved.taken_back\n        FROM moved\n        WHERE account.id = moved.account_id AND account.currency = moved.currency\n            AND moved.account_id = ANY (ARRAY(\n                SELECT site.id FROM payments_ledgeraccount AS site WHERE site.owner_id IS NULL\n            ))\n            AND (SELECT count(*) FROM owned) >= 0\n        RETURNING account.id\n    )\n    SELECT (SELECT count(*) FROM moved)\n        - (SELECT count(*) FROM owned) - (SELECT count(*) FROM of_the_site)\n        INTO unmatched;\n    IF unmatched <> 0 THEN\n        RAISE EXCEPTION 'a transfer names an account that is not there or has another currency'\n            USING ERRCODE = 'foreign_key_violation';\n    END IF;\n    IF NOT EXISTS (SELECT FROM posted WHERE mirrors_id IS NOT NULL) THEN\n        RETURN NULL;\n    END IF;\n    IF EXISTS (\n        SELECT FROM posted\n        LEFT JOIN payments_transfer AS original ON original.id = posted.mirrors_id\n            AND original.debited_id = posted.credited_id\n            AND original.credited_id = posted.debited_id\n        LEFT JOIN payments_transfer AS first ON first.id = original.mirrors_id\n        WHERE posted.mirrors_id IS NOT NULL\n            AND (original.id IS NULL OR first.mirrors_id IS NOT NULL)\n    ) THEN\n        RAISE EXCEPTION 'a correction does not go back the way of the transfer that it names'\n            USING ERRCODE = 'foreign_key_violation';\n    END IF;\n    IF EXISTS (\n        SELECT FROM posted\n        JOIN payments_transfer AS original ON original.id = posted.mirrors_id\n        WHERE original.amount < (\n            SELECT sum(correction.amount - coalesce((\n                SELECT sum(undoing.amount) FROM payments_transfer AS undoing\n                WHERE undoing.mirrors_id = correction.id\n            ), 0))\n            FROM payments_transfer AS correction\n            WHERE correction.mirrors_id = original.id\n        )\n    ) THEN\n        RAISE EXCEPTION 'transfer_corrected_at_most_whole: corrections are more than the original'\n            USING ERRCODE = 'check_violation';\n    END IF;\n    RETURN NULL;\n",
                    hash="5352c1457c4cda0188f4ff2024d0448e732a35dc",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_transfers_keep_balances_0ed83",
                    referencing="REFERENCING NEW TABLE AS posted ",
                    table="payments_transfer",
                    when="AFTER",
                ),
            ),
        ),
    ]
