"""Stage 4, credit: pay the creators, audit the ledger, publish the figures."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from payments.settlement import statements
from payments.settlement.audit import check_ledger
from payments.settlement.closing import begin_stage, end_stage
from payments.settlement.executing import execute, tune
from payments.settlement.models import Settlement, Stage
from things.periods import Period


def credit_creators(*, period: Period) -> Settlement:
    """End the settlement of a period, in one transaction; where it is ended, do nothing.

    Raises StageNotOver if a shard of stage 3 is open, and LedgerUnsound if the audit finds a
    fault: then nothing is credited or published. Locks the settlement's row, so that of two
    callers at once one credits.
    """
    with transaction.atomic():
        settlement = Settlement.objects.select_for_update().get(period=period)
        if settlement.settled_at is None:
            _credit(settlement)
    return settlement


def _credit(settlement: Settlement) -> None:
    end_stage(settlement, Stage.Name.EARN)
    begin_stage(settlement, Stage.Name.CREDIT)
    tune(statements.IN_MEMORY)
    execute(statements.CREDIT_CREATORS, settlement)
    execute(statements.OPEN_EARNINGS_ACCOUNTS, settlement)
    execute(statements.POST_CREDITS, settlement)
    execute(statements.PUBLISH_FIGURES, settlement)
    end_stage(settlement, Stage.Name.CREDIT)
    settlement.settled_at = timezone.now()
    settlement.save(update_fields=["settled_at"])
    check_ledger(settled=settlement.period)
