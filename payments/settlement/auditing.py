"""Auditing with a record: what was checked, when, why, and what was found."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from payments.settlement.audit import Finding, LedgerUnsound, audit_ledger
from payments.settlement.models import AuditRun

# Of sound runs there are hundreds a day; what was found wrong is kept for good.
KEPT = timedelta(days=90)
FINDINGS_NAMED = 5


def run_audit(*, cause: AuditRun.Cause, thorough: bool = False) -> tuple[AuditRun, list[Finding]]:
    """Audit the whole ledger and write down what came out, sound or not.

    `thorough` as for `audit_ledger`. Call it outside a transaction: the record must outlive what
    the caller does about it.
    """
    started_at = timezone.now()
    findings = audit_ledger(thorough=thorough)
    run = AuditRun.objects.create(
        cause=cause,
        thorough=thorough,
        started_at=started_at,
        ended_at=timezone.now(),
        checks=len(findings),
        sound=not any(finding.count for finding in findings),
        findings=[_document(finding) for finding in findings if finding.count],
    )
    return run, findings


def audit_or_fail(*, cause: AuditRun.Cause, thorough: bool = False) -> AuditRun:
    """As `run_audit`. Raises LedgerUnsound where a fault was found; the record stays."""
    run, findings = run_audit(cause=cause, thorough=thorough)
    if not run.sound:
        raise LedgerUnsound([finding for finding in findings if finding.count])
    return run


def last_audit(*, thorough: bool | None = None) -> AuditRun | None:
    """The run that ended last, of all or of one depth."""
    runs = (
        AuditRun.objects.all() if thorough is None else AuditRun.objects.filter(thorough=thorough)
    )
    return runs.order_by("-ended_at").first()


def drop_old_audits(*, at: datetime) -> int:
    """Forget sound runs that are older than KEPT. Returns how many."""
    old = AuditRun.objects.filter(sound=True, ended_at__lt=at - KEPT)
    return old._raw_delete(old.db)


def _document(finding: Finding) -> dict[str, object]:
    rows = json.loads(json.dumps(finding.rows[:FINDINGS_NAMED], cls=DjangoJSONEncoder))
    return {"check": finding.check.name, "offending": finding.count, "rows": rows}
