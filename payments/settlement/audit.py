"""The audit: recomputes what the ledger says from its transfers, and what a month end found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString

from django.db import connection
from psycopg import sql

from things.periods import Period

# So many offending rows are named; a fault in one rule can spoil a million.
SHOWN = 20


@dataclass(frozen=True)
class Check:
    """One fact that must hold: a query that answers with the rows that offend against it."""

    name: str
    fact: str
    offending: LiteralString


@dataclass(frozen=True)
class Finding:
    """What came out of one check: how many rows offend, and the first of them."""

    check: Check
    count: int
    rows: tuple[dict[str, Any], ...]


class LedgerUnsound(Exception):
    """The audit found rows that offend; the message names the checks, `findings` the rows."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        names = ", ".join(f"{finding.check.name} ({finding.count})" for finding in findings)
        super().__init__(f"the audit found faults: {names}")


# %(period)s, and %(written)s as keys have it, are NULL for all periods. Each check is one statement
# and so one snapshot: what others write meanwhile cannot look like a fault.
CHECKS: tuple[Check, ...] = (
    Check(
        "balances",
        "every balance is what its transfers add up to",
        """
        SELECT apart.account_id AS account, account.kind, account.currency, account.balance,
            coalesce(account.balance, 0) - apart.amount AS transfers
        FROM (
            SELECT account_id, payments_sum(amount) AS amount
            FROM (
                SELECT id, balance FROM payments_ledgeraccount
                UNION ALL SELECT debited_id, amount FROM payments_transfer
                UNION ALL SELECT credited_id, -amount FROM payments_transfer
            ) AS side (account_id, amount)
            GROUP BY account_id HAVING payments_sum(amount) <> 0
        ) AS apart
        LEFT JOIN payments_ledgeraccount AS account ON account.id = apart.account_id
        ORDER BY 1
        """,
    ),
    Check(
        "zero sum",
        "all balances of a currency add up to zero",
        """
        SELECT currency, sum(balance) AS balance FROM payments_ledgeraccount
        GROUP BY currency HAVING sum(balance) <> 0 ORDER BY currency
        """,
    ),
    Check(
        "holds",
        "what is held on a wallet is its open budgets",
        """
        SELECT wallet.id AS wallet, wallet.held, coalesce(budgets.amount, 0) AS open_budgets
        FROM payments_ledgeraccount AS wallet
        LEFT JOIN (
            SELECT wallet_id, sum(amount)::bigint AS amount FROM payments_budget
            WHERE share IS NULL AND held_at IS NOT NULL GROUP BY wallet_id
        ) AS budgets ON budgets.wallet_id = wallet.id
        WHERE wallet.held <> coalesce(budgets.amount, 0)
        ORDER BY wallet.id
        """,
    ),
    Check(
        "debts",
        "what a wallet owes is what is missing of its hold, and was charged back",
        """
        SELECT account.id AS account, account.kind, account.balance, account.held, account.owed,
            coalesce(taken.amount, 0) AS charged_back
        FROM payments_ledgeraccount AS account
        LEFT JOIN (
            SELECT debited_id, sum(amount)::bigint AS amount FROM payments_transfer
            WHERE mirrors_id IS NOT NULL AND kind = 'chargeback' GROUP BY debited_id
        ) AS taken ON taken.debited_id = account.id
        WHERE account.kind <> 'outside'
            AND (account.owed <> greatest(0, account.held - account.balance)
                OR account.owed > coalesce(taken.amount, 0))
        ORDER BY account.id
        """,
    ),
    Check(
        "corrections",
        "corrections go back the way of what they correct, and are at most its amount in all",
        """
        SELECT correction.mirrors_id AS original, original.amount,
            sum(correction.amount - coalesce(undone.amount, 0))::bigint AS corrections
        FROM payments_transfer AS correction
        LEFT JOIN payments_transfer AS original ON original.id = correction.mirrors_id
        LEFT JOIN (
            SELECT mirrors_id, sum(amount) AS amount FROM payments_transfer
            WHERE mirrors_id IS NOT NULL GROUP BY mirrors_id
        ) AS undone ON undone.mirrors_id = correction.id
        WHERE correction.mirrors_id IS NOT NULL
        GROUP BY correction.mirrors_id, original.id
        HAVING original.id IS NULL
            OR sum(correction.amount - coalesce(undone.amount, 0)) > original.amount
            OR bool_or((correction.debited_id, correction.credited_id)
                IS DISTINCT FROM (original.credited_id, original.debited_id))
        ORDER BY correction.mirrors_id
        """,
    ),
    Check(
        "payable",
        "what is on its way to creators is the payouts that are neither paid nor given back",
        """
        SELECT account.id AS account, account.currency, account.balance,
            coalesce(payouts.amount, 0) AS payouts
        FROM payments_ledgeraccount AS account
        LEFT JOIN (
            SELECT owner_id, currency, sum(amount)::bigint AS amount FROM payments_payout
            WHERE state IN ('requested', 'approved', 'sent') GROUP BY owner_id, currency
        ) AS payouts ON payouts.owner_id = account.owner_id
            AND payouts.currency = account.currency
        WHERE account.kind = 'payable' AND account.balance <> coalesce(payouts.amount, 0)
        ORDER BY account.id
        """,
    ),
    Check(
        "tips",
        "every tip went from its giver to its creator, with its fee, and back where it was taken"
        " back",
        """
        SELECT tip.id AS tip, tip.amount, tip.fee, gift.amount AS credited,
            coalesce(fee.amount, 0) AS paid_as_fee, coalesce(back.amount, 0) AS taken_back
        FROM payments_tip AS tip
        LEFT JOIN payments_transfer AS gift ON gift.key = 'tip:' || tip.id AND gift.kind = 'tip'
        LEFT JOIN payments_transfer AS fee ON fee.key = 'tip-fee:' || tip.id AND fee.kind = 'tip'
        LEFT JOIN payments_ledgeraccount AS wallet
            ON wallet.id = gift.debited_id AND wallet.kind = 'wallet'
        LEFT JOIN payments_ledgeraccount AS earned
            ON earned.id = gift.credited_id AND earned.kind = 'earnings'
        LEFT JOIN LATERAL (
            SELECT sum(amount)::bigint AS amount FROM payments_transfer
            WHERE mirrors_id IS NOT NULL AND mirrors_id IN (gift.id, fee.id)
        ) AS back ON true
        WHERE gift.amount IS DISTINCT FROM tip.amount - tip.fee
            OR coalesce(fee.amount, 0) <> tip.fee
            OR (wallet.owner_id, earned.owner_id, gift.currency)
                IS DISTINCT FROM (tip.giver_id, tip.creator_id, tip.currency::varchar)
            OR fee.debited_id <> gift.debited_id
            OR coalesce(back.amount, 0) <>
                CASE WHEN tip.taken_back_at IS NULL THEN 0 ELSE tip.amount END
        ORDER BY tip.id
        """,
    ),
    Check(
        "settling",
        "nothing is left between givers and creators, but what a running settlement shares out",
        """
        SELECT account.currency, account.balance, coalesce(running.amount, 0) AS running
        FROM payments_ledgeraccount AS account
        LEFT JOIN (
            SELECT shared.currency, sum(shared.amount)::bigint AS amount
            FROM payments_settlement AS settlement
            CROSS JOIN LATERAL (
                SELECT currency, sum(share * clicks) AS amount FROM payments_budget
                WHERE period = settlement.period GROUP BY currency
            ) AS shared
            WHERE settlement.settled_at IS NULL
            GROUP BY shared.currency
        ) AS running ON running.currency = account.currency
        WHERE account.owner_id IS NULL AND account.kind = 'settling'
            AND account.balance <> coalesce(running.amount, 0)
        ORDER BY account.currency
        """,
    ),
    Check(
        "budgets",
        "every settled budget is its shares plus its remainder",
        """
        SELECT id AS budget, period, amount, clicks, share, remainder
        FROM payments_budget
        WHERE (%(period)s::date IS NULL OR period = %(period)s)
            AND share * clicks + remainder <> amount
        ORDER BY id
        """,
    ),
    Check(
        "unsettled",
        "no budget of a settled period is open",
        """
        SELECT budget.id AS budget, budget.period FROM payments_budget AS budget
        JOIN payments_settlement AS settlement ON settlement.period = budget.period
        WHERE settlement.settled_at IS NOT NULL AND budget.share IS NULL
            AND (%(period)s::date IS NULL OR budget.period = %(period)s)
        ORDER BY budget.id
        """,
    ),
    Check(
        "earnings",
        "the earnings of a settled period are the shares that were given in it, in the budgets"
        " and in the transfers",
        """
        SELECT settlement.period, sums.currency, sum(sums.budgets) AS budgets,
            sum(sums.shared) AS shared, sum(sums.things) AS things,
            sum(sums.creators) AS creators, sum(sums.credited) AS credited
        FROM payments_settlement AS settlement
        JOIN (
            SELECT to_char(period, 'YYYY-MM') AS written, currency, sum(share * clicks) AS budgets,
                0 AS shared, 0 AS things, 0 AS creators, 0 AS credited
                FROM payments_budget
                WHERE %(period)s::date IS NULL OR period = %(period)s GROUP BY period, currency
            UNION ALL SELECT to_char(period, 'YYYY-MM'), currency, 0, 0, sum(gross), 0, 0
                FROM payments_thingearnings
                WHERE %(period)s::date IS NULL OR period = %(period)s GROUP BY period, currency
            UNION ALL SELECT to_char(period, 'YYYY-MM'), currency, 0, 0, 0, sum(fee + net), 0
                FROM payments_creatorearnings
                WHERE %(period)s::date IS NULL OR period = %(period)s GROUP BY period, currency
            UNION ALL SELECT coalesce(%(written)s, split_part(key, ':', 2)), currency, 0,
                sum(amount) FILTER (WHERE kind = 'share'), 0, 0,
                sum(amount) FILTER (WHERE kind <> 'share')
                FROM payments_transfer
                WHERE kind IN ('share', 'earning', 'fee') AND (%(written)s::text IS NULL
                    OR key ^@ ('share:' || %(written)s || ':')
                    OR key ^@ ('earning:' || %(written)s || ':')
                    OR key ^@ ('fee:' || %(written)s || ':'))
                GROUP BY 1, 2
        ) AS sums ON sums.written = to_char(settlement.period, 'YYYY-MM')
        WHERE settlement.settled_at IS NOT NULL
            AND (%(period)s::date IS NULL OR settlement.period = %(period)s)
        GROUP BY settlement.period, sums.currency
        HAVING sum(sums.budgets) <> ANY (ARRAY[
            coalesce(sum(sums.shared), 0), sum(sums.things), sum(sums.creators),
            coalesce(sum(sums.credited), 0)])
        ORDER BY settlement.period, sums.currency
        """,
    ),
)

# Reads every transfer by its accounts, and every click: for the command, not for each month end.
THOROUGH_CHECKS: tuple[Check, ...] = (
    Check(
        "gifts",
        "no tip moved money without a tip, and earnings put into giving stayed with their owner",
        """
        SELECT transfer.id AS transfer, transfer.key, transfer.amount
        FROM payments_transfer AS transfer
        JOIN payments_ledgeraccount AS debited ON debited.id = transfer.debited_id
        JOIN payments_ledgeraccount AS credited ON credited.id = transfer.credited_id
        LEFT JOIN payments_tip AS tip ON tip.id = CASE
            WHEN transfer.key ~ '^tip(-fee)?:[0-9]+$'
            THEN split_part(transfer.key, ':', 2)::bigint END
        WHERE (transfer.kind = 'tip' AND tip.id IS NULL AND transfer.key !~ '^leaving:')
            OR (transfer.kind = 'regiven' AND (debited.kind, credited.kind, debited.owner_id)
                IS DISTINCT FROM ('earnings', 'wallet', credited.owner_id))
        ORDER BY transfer.id
        """,
    ),
    Check(
        "currencies",
        "both accounts of a transfer are there and have its currency",
        """
        SELECT transfer.id AS transfer, transfer.key, transfer.currency
        FROM payments_transfer AS transfer
        LEFT JOIN payments_ledgeraccount AS debited ON debited.id = transfer.debited_id
        LEFT JOIN payments_ledgeraccount AS credited ON credited.id = transfer.credited_id
        WHERE (debited.currency = transfer.currency AND credited.currency = transfer.currency)
            IS NOT TRUE
        ORDER BY transfer.id
        """,
    ),
    Check(
        "transfers",
        "every settled budget that gives has its transfer, and the transfer is its shares",
        """
        SELECT budget.id AS budget, budget.period, budget.share * budget.clicks AS shares,
            transfer.amount AS transferred
        FROM payments_budget AS budget
        LEFT JOIN payments_transfer AS transfer ON transfer.kind = 'share'
            AND transfer.debited_id = budget.wallet_id
            AND transfer.key =
                'share:' || to_char(budget.period, 'YYYY-MM') || ':' || budget.subscriber_id
        WHERE budget.share * budget.clicks <> coalesce(transfer.amount, 0)
        ORDER BY budget.id
        """,
    ),
    Check(
        "clicks",
        "every settled budget was divided by the clicks of its subscriber that counted",
        """
        SELECT settlement.period, coalesce(budget.subscriber_id, counted.subscriber_id)
            AS subscriber, budget.clicks AS divided_by, counted.clicks AS counted
        FROM payments_settlement AS settlement
        JOIN payments_budget AS budget ON budget.period = settlement.period
        FULL JOIN (
            SELECT click.period, click.subscriber_id, count(*) AS clicks
            FROM things_click AS click
            JOIN payments_settlement AS settlement ON settlement.period = click.period
            WHERE settlement.settled_at IS NOT NULL
                AND click.subscriber_id <> ALL(settlement.left_out_subscribers)
                AND click.thing_id <> ALL(settlement.left_out_things)
                AND NOT EXISTS (
                    SELECT FROM payments_exclusion AS excluded
                    WHERE excluded.period = click.period AND excluded.thing_id = click.thing_id
                        AND excluded.subscriber_id = click.subscriber_id
                        AND excluded.undone_at IS NULL
                )
            GROUP BY click.period, click.subscriber_id
        ) AS counted
            ON counted.period = budget.period AND counted.subscriber_id = budget.subscriber_id
        WHERE (settlement.settled_at IS NOT NULL OR settlement.id IS NULL)
            AND budget.clicks IS DISTINCT FROM coalesce(counted.clicks, 0)
        ORDER BY 1, 2
        """,
    ),
)


def audit_ledger(*, settled: Period | None = None, thorough: bool = False) -> list[Finding]:
    """Run every check and say what each found; a check without offending rows is fulfilled.

    `settled` limits the checks of budgets and earnings to one period; the ledger is always
    checked whole. `thorough` also counts every click of settled periods again.
    """
    checks = CHECKS + THOROUGH_CHECKS if thorough else CHECKS
    return [_find(check, settled) for check in checks]


def check_ledger(*, settled: Period | None = None) -> None:
    """Raises LedgerUnsound if a check finds an offending row."""
    faults = [finding for finding in audit_ledger(settled=settled) if finding.count]
    if faults:
        raise LedgerUnsound(faults)


def _find(check: Check, settled: Period | None) -> Finding:
    query = sql.SQL(
        "SELECT *, count(*) OVER () AS rows_in_all FROM ({}) AS offending LIMIT {}"
    ).format(sql.SQL(check.offending), SHOWN)
    with connection.cursor() as cursor:
        cursor.execute(query, _named(settled))
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    count = rows[0]["rows_in_all"] if rows else 0
    for row in rows:
        del row["rows_in_all"]
    return Finding(check, count, tuple(rows))


def _named(settled: Period | None) -> dict[str, date | str | None]:
    if settled is None:
        return {"period": None, "written": None}
    return {"period": settled.first_day, "written": str(settled)}
