"""`manage.py audit`: recompute what the ledger and the month ends say, and name what offends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from payments.management.presenting import PresentingCommand, found_wrong
from payments.settlement.audit import Finding
from payments.settlement.auditing import run_audit
from payments.settlement.models import AuditRun


class Command(PresentingCommand):
    """Presents `payments.settlement.auditing`."""

    help = (
        "Recompute every balance from its transfers, and every settled month from its clicks."
        " Ends 1, with the offending rows, if a fact does not hold."
    )

    def handle(self, *_: Any, **_options: Any) -> None:
        """Run all checks, and say what each found."""
        _run, findings = run_audit(cause=AuditRun.Cause.COMMAND, thorough=True)
        faults = [finding for finding in findings if finding.count]
        self.answer(
            {"sound": not faults, "checks": [_document(finding) for finding in findings]},
            [line for finding in findings for line in _lines(finding)],
        )
        if faults:
            raise found_wrong(f"{len(faults)} of {len(findings)} checks found a fault")


def _document(finding: Finding) -> dict[str, object]:
    return {
        "check": finding.check.name,
        "fact": finding.check.fact,
        "offending": finding.count,
        "rows": [{name: _plain(value) for name, value in row.items()} for row in finding.rows],
    }


def _lines(finding: Finding) -> Iterator[str]:
    verdict = f"{finding.count} OFFENDING" if finding.count else "ok"
    yield f"{finding.check.name}: {finding.check.fact}: {verdict}"
    for row in finding.rows:
        yield "    " + ", ".join(f"{name} {value}" for name, value in row.items())
    if finding.count > len(finding.rows):
        yield f"    and {finding.count - len(finding.rows)} more"


def _plain(value: object) -> object:
    return value if isinstance(value, int | str | None) else str(value)
