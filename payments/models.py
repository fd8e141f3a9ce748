"""The models of all rooms, named where Django looks for them."""

from payments.abuse.models import AbuseMark, AbuseRule, MarkDecision, MarkedGiver
from payments.budgets.models import Budget, Plan
from payments.clicking.exclusions.models import Exclusion
from payments.clicking.models import ClickAddress, ImportedMonth, KeptClick, SkippedPeriod
from payments.deposits.bank.models import BankLine, BankRefund
from payments.deposits.models import Debt, Deposit, Dispute, Refund
from payments.deposits.stripe.models import (
    CardCustomer,
    CardEvent,
    Refill,
    RefillPayment,
    SavedCard,
)
from payments.earnings.models import CreatorNews, ImportedRevenue
from payments.earnings.papers.models import BillingDetails, EarningsPaper
from payments.giving.models import MonthMails
from payments.ledger.models import LedgerAccount, Transfer
from payments.payouts.models import Payout, PayoutBatch, PayoutDetails, PayoutHold, PayoutStep
from payments.settlement.corrections.models import Correction, ReversedClick
from payments.settlement.models import (
    AuditRun,
    CreatorEarnings,
    PeriodFigures,
    Settlement,
    Shard,
    Stage,
    ThingEarnings,
)
from payments.tips.models import Tip

__all__ = [
    "AbuseMark",
    "AbuseRule",
    "AuditRun",
    "BankLine",
    "BankRefund",
    "BillingDetails",
    "Budget",
    "CardCustomer",
    "CardEvent",
    "ClickAddress",
    "Correction",
    "CreatorEarnings",
    "CreatorNews",
    "Debt",
    "Deposit",
    "Dispute",
    "EarningsPaper",
    "Exclusion",
    "ImportedMonth",
    "ImportedRevenue",
    "KeptClick",
    "LedgerAccount",
    "MarkDecision",
    "MarkedGiver",
    "MonthMails",
    "Payout",
    "PayoutBatch",
    "PayoutDetails",
    "PayoutHold",
    "PayoutStep",
    "PeriodFigures",
    "Plan",
    "Refill",
    "RefillPayment",
    "Refund",
    "ReversedClick",
    "SavedCard",
    "Settlement",
    "Shard",
    "SkippedPeriod",
    "Stage",
    "ThingEarnings",
    "Tip",
    "Transfer",
]
