"""The models of all rooms, named where Django looks for them."""

from payments.budgets.models import Budget, Plan
from payments.ledger.models import LedgerAccount, Transfer
from payments.settlement.models import (
    CreatorEarnings,
    PeriodFigures,
    Settlement,
    Shard,
    Stage,
    ThingEarnings,
)

__all__ = [
    "Budget",
    "CreatorEarnings",
    "LedgerAccount",
    "PeriodFigures",
    "Plan",
    "Settlement",
    "Shard",
    "Stage",
    "ThingEarnings",
    "Transfer",
]
