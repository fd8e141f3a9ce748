"""What an audit found is kept, whatever becomes of whoever asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from payments.ledger.models import LedgerAccount
from payments.settlement.audit import LedgerUnsound
from payments.settlement.auditing import (
    KEPT,
    audit_or_fail,
    drop_old_audits,
    last_audit,
    run_audit,
)
from payments.settlement.models import AuditRun
from payments.settlement.tasks import audit_books, audit_thoroughly


@pytest.fixture
def fault(ada: User, pay_in: Callable[..., LedgerAccount]) -> None:
    """A wallet with a micro too much, behind the triggers' back."""
    wallet = pay_in(ada, 5)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "UPDATE payments_ledgeraccount SET balance = balance + 1 WHERE id = %s", [wallet.pk]
        )
        cursor.execute("RESET session_replication_role")


class TestRunAudit:
    def test_keeps_that_the_books_are_sound(self, db: None) -> None:
        run, _findings = run_audit(cause=AuditRun.Cause.CLOCK)

        assert (run.sound, run.findings, run.checks > 5) == (True, [], True)
        assert last_audit() == run
        assert last_audit(thorough=True) is None

    def test_keeps_what_offends(self, fault: None) -> None:
        with pytest.raises(LedgerUnsound):
            audit_or_fail(cause=AuditRun.Cause.CLOCK)

        run = last_audit()
        assert run is not None
        assert not run.sound
        assert [found["check"] for found in run.findings] == ["balances", "zero sum"]
        assert run.findings[0]["rows"][0]["balance"] == 5_000_001

    def test_is_what_the_tasks_do(self, db: None) -> None:
        audit_books()
        audit_thoroughly(cause="settlement")

        kept = AuditRun.objects.order_by("pk").values_list("cause", "thorough")
        assert list(kept) == [("clock", False), ("settlement", True)]

    def test_is_what_the_command_does(self, fault: None) -> None:
        with pytest.raises(CommandError):
            call_command("audit", verbosity=0)

        assert AuditRun.objects.get().cause == "command"


class TestRecord:
    def test_is_never_changed(self, db: None) -> None:
        run, _findings = run_audit(cause=AuditRun.Cause.CLOCK)

        with pytest.raises(IntegrityError, match="kept as they are"):
            AuditRun.objects.filter(pk=run.pk).update(checks=1)

    def test_of_a_fault_is_never_forgotten(self, fault: None) -> None:
        run, _findings = run_audit(cause=AuditRun.Cause.CLOCK)

        assert drop_old_audits(at=timezone.now() + 2 * KEPT) == 0
        with pytest.raises(IntegrityError, match="found a fault"):
            AuditRun.objects.filter(pk=run.pk).delete()

    def test_of_sound_books_is_dropped_when_old(self, db: None) -> None:
        run, _findings = run_audit(cause=AuditRun.Cause.CLOCK)

        assert drop_old_audits(at=run.ended_at + KEPT) == 0
        assert drop_old_audits(at=run.ended_at + KEPT + timedelta(seconds=1)) == 1

    def test_is_shown_in_the_admin(self, client: Client, olga: User, fault: None) -> None:
        run, _findings = run_audit(cause=AuditRun.Cause.CLOCK)
        client.force_login(olga)

        assert client.get("/admin/payments/auditrun/").status_code == 200
        page = client.get(f"/admin/payments/auditrun/{run.pk}/change/").content.decode()
        assert "zero sum" in page
