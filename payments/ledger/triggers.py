"""The trigger that keeps the balances, and checks what a transfer refers to."""

from __future__ import annotations

from things.triggers import FirmTrigger, FirmTriggerSql

# Note [Balances]: kept by this one trigger, for one transfer as for a million.
# It also is the foreign key of both sides: each (account, currency) that a transfer names must
# match a row, or the statement fails. Checked so, once for all rows of a statement, it costs a
# tenth of what two composite foreign keys cost that look up each row by itself, and it cannot
# be outlived: no account is ever deleted, and none changes its currency (see the triggers of
# LedgerAccount). Rows are locked in one order everywhere, so that two statements never wait for
# each other in a circle: those with an owner by number, then the site's own, for which every
# shard of a settlement waits and which are so held for the shortest time. `moved` is in that
# order, and without hash and merge joins (`InOrderTriggerSql`) the updates follow it.
#
# Note [Debts]: what is missing of a wallet's hold grows by no more than what was charged back in
# the statement, and is paid by whatever comes in, in the update that brings it. The CHECK
# constraints refuse every other shortfall.
#
# Note [Corrections]: two corrections of one transfer move the same two accounts. Both updates
# come before the sum of the corrections is asked for, so the second waits for the first to
# commit and then sees it; at REPEATABLE READ its update fails. A correction that is undone by one
# of its own no longer counts; one that undoes is final, which keeps the sum two levels deep.
KEEP_BALANCES = """
    WITH moved AS MATERIALIZED (
        SELECT account_id, currency, payments_sum(amount) AS amount,
            payments_sum(released) AS released, payments_sum(taken_back) AS taken_back
        FROM (
            SELECT debited_id, currency, -amount, released,
                CASE WHEN kind = 'chargeback' THEN amount ELSE 0 END
            FROM posted
            UNION ALL
            SELECT credited_id, currency, amount, 0, 0 FROM posted
        ) AS side (account_id, currency, amount, released, taken_back)
        GROUP BY account_id, currency
        ORDER BY account_id
    ), owned AS (
        UPDATE payments_ledgeraccount AS account
        SET balance = account.balance + moved.amount, held = account.held - moved.released,
            owed = greatest(0, least(account.owed + moved.taken_back,
                account.held - moved.released - account.balance - moved.amount))
        FROM moved
        WHERE account.id = moved.account_id AND account.currency = moved.currency
            AND account.owner_id IS NOT NULL
        RETURNING account.id
    ), of_the_site AS (
        UPDATE payments_ledgeraccount AS account
        SET balance = account.balance + moved.amount, held = account.held - moved.released,
            owed = moved.taken_back
        FROM moved
        WHERE account.id = moved.account_id AND account.currency = moved.currency
            AND moved.account_id = ANY (ARRAY(
                SELECT site.id FROM payments_ledgeraccount AS site WHERE site.owner_id IS NULL
            ))
            AND (SELECT count(*) FROM owned) >= 0
        RETURNING account.id
    )
    SELECT (SELECT count(*) FROM moved)
        - (SELECT count(*) FROM owned) - (SELECT count(*) FROM of_the_site)
        INTO unmatched;
    IF unmatched <> 0 THEN
        RAISE EXCEPTION 'a transfer names an account that is not there or has another currency'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM posted WHERE mirrors_id IS NOT NULL) THEN
        RETURN NULL;
    END IF;
    IF EXISTS (
        SELECT FROM posted
        LEFT JOIN payments_transfer AS original ON original.id = posted.mirrors_id
            AND original.debited_id = posted.credited_id
            AND original.credited_id = posted.debited_id
        LEFT JOIN payments_transfer AS first ON first.id = original.mirrors_id
        WHERE posted.mirrors_id IS NOT NULL
            AND (original.id IS NULL OR first.mirrors_id IS NOT NULL)
    ) THEN
        RAISE EXCEPTION 'a correction does not go back the way of the transfer that it names'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    IF EXISTS (
        SELECT FROM posted
        JOIN payments_transfer AS original ON original.id = posted.mirrors_id
        WHERE original.amount < (
            SELECT sum(correction.amount - coalesce((
                SELECT sum(undoing.amount) FROM payments_transfer AS undoing
                WHERE undoing.mirrors_id = correction.id
            ), 0))
            FROM payments_transfer AS correction
            WHERE correction.mirrors_id = original.id
        )
    ) THEN
        RAISE EXCEPTION 'transfer_corrected_at_most_whole: corrections are more than the original'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
"""


class InOrderTriggerSql(FirmTriggerSql):
    """A trigger whose function joins row by row, in the order of what it reads first.

    It adds up in memory, whatever the caller does: sorting costs twice as much.
    """

    def get_template(self) -> str:
        """As any firm trigger's; PostgreSQL sets the settings back when the function returns."""
        return (
            super()
            .get_template()
            .replace(
                "LANGUAGE plpgsql;",
                "LANGUAGE plpgsql SET enable_hashjoin = off SET enable_mergejoin = off"
                " SET enable_hashagg = on;",
            )
        )


class InOrderTrigger(FirmTrigger):
    """A firm trigger that takes rows in order."""

    sql_class = InOrderTriggerSql
