"""Add up the balances that a statement moves without numerics: a third less work for many rows."""

import payments.ledger.triggers
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    """Make the trigger anew."""

    dependencies = [
        ("payments", "0020_audits"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="transfer",
            name="transfers_keep_balances",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="transfer",
            trigger=pgtrigger.compiler.Trigger(
                name="transfers_keep_balances",
                sql=payments.ledger.triggers.InOrderTriggerSql(
                    declare="DECLARE unmatched BIGINT;",
                    func="\n    WITH moved AS MATERIALIZED (\n        SELECT account_id, currency, payments_sum(amount) AS amount,\n            payments_sum(released) AS released, payments_sum(taken_back) AS taken_back\n        FROM (\n            SELECT debited_id, currency, -amount, released,\n                CASE WHEN kind = 'chargeback' THEN amount ELSE 0 END\n            FROM posted\n            UNION ALL\n            SELECT credited_id, currency, amount, 0, 0 FROM posted\n        ) AS side (account_id, currency, amount, released, taken_back)\n        GROUP BY account_id, currency\n        ORDER BY account_id\n    ), owned AS (\n        UPDATE payments_ledgeraccount AS account\n        SET balance = account.balance + moved.amount, held = account.held - moved.released,\n            owed = greatest(0, least(account.owed + moved.taken_back,\n                account.held - moved.released - account.balance - moved.amount))\n        FROM moved\n        WHERE account.id = moved.account_id AND account.currency = moved.currency\n            AND account.owner_id IS NOT NULL\n        RETURNING account.id\n    ), of_the_site AS (\n        UPDATE payments_ledgeraccount AS account\n        SET balance = account.balance + moved.amount, held = account.held - moved.released,\n            owed = moved.taken_back\n        FROM moved\n        WHERE account.id = moved.account_id AND account.currency = moved.currency\n            AND moved.account_id = ANY (ARRAY(\n                SELECT site.id FROM payments_ledgeraccount AS site WHERE site.owner_id IS NULL\n            ))\n            AND (SELECT count(*) FROM owned) >= 0\n        RETURNING account.id\n    )\n    SELECT (SELECT count(*) FROM moved)\n        - (SELECT count(*) FROM owned) - (SELECT count(*) FROM of_the_site)\n        INTO unmatched;\n    IF unmatched <> 0 THEN\n        RAISE EXCEPTION 'a transfer names an account that is not there or has another currency'\n            USING ERRCODE = 'foreign_key_violation';\n    END IF;\n    IF NOT EXISTS (SELECT FROM posted WHERE mirrors_id IS NOT NULL) THEN\n        RETURN NULL;\n    END IF;\n    IF EXISTS (\n        SELECT FROM posted\n        LEFT JOIN payments_transfer AS original ON original.id = posted.mirrors_id\n            AND original.debited_id = posted.credited_id\n            AND original.credited_id = posted.debited_id\n        LEFT JOIN payments_transfer AS first ON first.id = original.mirrors_id\n        WHERE posted.mirrors_id IS NOT NULL\n            AND (original.id IS NULL OR first.mirrors_id IS NOT NULL)\n    ) THEN\n        RAISE EXCEPTION 'a correction does not go back the way of the transfer that it names'\n            USING ERRCODE = 'foreign_key_violation';\n    END IF;\n    IF EXISTS (\n        SELECT FROM posted\n        JOIN payments_transfer AS original ON original.id = posted.mirrors_id\n        WHERE original.amount < (\n            SELECT sum(correction.amount - coalesce((\n                SELECT sum(undoing.amount) FROM payments_transfer AS undoing\n                WHERE undoing.mirrors_id = correction.id\n            ), 0))\n            FROM payments_transfer AS correction\n            WHERE correction.mirrors_id = original.id\n        )\n    ) THEN\n        RAISE EXCEPTION 'transfer_corrected_at_most_whole: corrections are more than the original'\n            USING ERRCODE = 'check_violation';\n    END IF;\n    RETURN NULL;\n",
                    hash="6dc721908f8970d9946e8cd83293acb9ee021314",
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
