"""The audit finds what it looks for: each fault is planted behind the triggers' back."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from made_up_months import IN_OCTOBER, SEPTEMBER, Giver, Month, write

from payments.settlement.audit import CHECKS, THOROUGH_CHECKS, LedgerUnsound, audit_ledger
from payments.settlement.models import CreatorEarnings, Settlement
from payments.settlement.running import settle_period

MONTH = Month(
    givers=(Giver(2_000_000, clicked=(0, 1)), Giver(3_000_001, "USD", (1, 2))), creators=(0, 0, 1)
)

# The name of a check, and a statement that makes it find something.
FAULTS = {
    "balances": "UPDATE payments_ledgeraccount SET balance = balance + 1 WHERE kind = 'fees'",
    "zero sum": "UPDATE payments_ledgeraccount SET balance = balance + 1 WHERE kind = 'fees'",
    "holds": "UPDATE payments_ledgeraccount SET held = 1 WHERE id = (SELECT min(id) FROM"
    " payments_ledgeraccount WHERE kind = 'wallet' AND currency = 'USD')",
    "debts": "UPDATE payments_ledgeraccount SET owed = 1 WHERE id = (SELECT min(id) FROM"
    " payments_ledgeraccount WHERE kind = 'wallet')",
    "corrections": "INSERT INTO payments_transfer (debited_id, credited_id, amount, released,"
    " currency, kind, key, about_at, posted_at, mirrors_id) SELECT credited_id, debited_id,"
    " amount + 1, 0, currency, 'mirror', 'mirror', now(), now(), id FROM payments_transfer"
    " WHERE kind = 'fee' LIMIT 1",
    "payable": "INSERT INTO payments_ledgeraccount (owner_id, kind, currency, rail, balance, held)"
    " SELECT min(id), 'payable', 'EUR', '', 5, 0 FROM accounts_user",
    "tips": "INSERT INTO payments_tip (giver_id, creator_id, amount, fee, currency, note, key,"
    " given_at) SELECT min(id), max(id), 5, 0, 'EUR', '', 'x', now() FROM accounts_user",
    "gifts": "UPDATE payments_transfer SET kind = 'tip' WHERE kind = 'fee'",
    "settling": "UPDATE payments_ledgeraccount SET balance = 5 WHERE kind = 'settling'",
    "budgets": "UPDATE payments_budget SET remainder = remainder + 1",
    "unsettled": "UPDATE payments_budget SET share = NULL, clicks = NULL, remainder = NULL",
    "earnings": "UPDATE payments_thingearnings SET gross = gross + 1",
    "currencies": "UPDATE payments_transfer SET currency = 'SEK' WHERE kind = 'fee'",
    "transfers": "UPDATE payments_transfer SET amount = amount + 1 WHERE kind = 'share'",
    "clicks": "DELETE FROM things_click WHERE ctid IN (SELECT ctid FROM things_click LIMIT 1)",
}


@pytest.fixture
def settled(db: None) -> None:
    """A month in two currencies, settled."""
    write(MONTH)
    settle_period(period=SEPTEMBER, at=IN_OCTOBER, fee_basis_points=1000)


@pytest.fixture
def unguarded(settled: None) -> Iterator[None]:
    """A database without triggers and without the constraints that a fault would break first."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role = replica")
        for table, constraint in (
            ("payments_budget", "budget_is_its_shares_and_remainder"),
            ("payments_thingearnings", "thing_earnings_add_up"),
            ("payments_ledgeraccount", "ledger_account_owes_what_is_missing"),
        ):
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET session_replication_role")


class TestAuditLedger:
    def test_finds_nothing_in_a_sound_ledger(self, settled: None) -> None:
        assert [f.check.name for f in audit_ledger(thorough=True) if f.count] == []

    @pytest.mark.parametrize("name", [check.name for check in CHECKS + THOROUGH_CHECKS])
    def test_finds_a_planted_fault(self, unguarded: None, name: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(FAULTS[name])

        found = {f.check.name: f for f in audit_ledger(thorough=True) if f.count}

        assert name in found
        assert found[name].rows


class TestAuditCommand:
    def test_ends_1_and_names_the_rows(
        self, unguarded: None, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with connection.cursor() as cursor:
            cursor.execute(FAULTS["balances"])

        with pytest.raises(CommandError) as refusal:
            call_command("audit")

        assert refusal.value.returncode == 1
        assert "balances: every balance is what its transfers add up to: 2 OFFENDING" in (
            capsys.readouterr().out
        )

    def test_answers_machines(self, settled: None, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("audit", "--json")

        answer = json.loads(capsys.readouterr().out)
        assert answer["sound"] is True
        assert [check["check"] for check in answer["checks"]] == [
            check.name for check in CHECKS + THOROUGH_CHECKS
        ]


class TestCreditCreators:
    def test_credits_nothing_where_the_audit_finds_a_fault(self, db: None) -> None:
        write(MONTH)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(
                "UPDATE payments_ledgeraccount SET balance = balance + 1 WHERE kind = 'outside'"
            )
            cursor.execute("RESET session_replication_role")

        with pytest.raises(LedgerUnsound, match="balances"):
            settle_period(period=SEPTEMBER, at=IN_OCTOBER, fee_basis_points=1000)

        assert Settlement.objects.get().settled_at is None
        assert not CreatorEarnings.objects.exists()
