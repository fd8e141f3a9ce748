"""The admin pages of all rooms, named where Django looks for them."""

from payments.abuse import admin as abuse
from payments.budgets import admin as budgets
from payments.clicking import admin as clicking
from payments.clicking.exclusions import admin as exclusions
from payments.deposits import admin as deposits
from payments.deposits.bank import admin as bank
from payments.deposits.stripe import admin as cards
from payments.desk import report_admin as reports
from payments.earnings.papers import admin as papers
from payments.ledger import admin as ledger
from payments.payouts import admin as payouts
from payments.settlement import admin as settlement
from payments.settlement.corrections import admin as corrections
from payments.tips import admin as tips

__all__ = [
    "abuse",
    "bank",
    "budgets",
    "cards",
    "clicking",
    "corrections",
    "deposits",
    "exclusions",
    "ledger",
    "papers",
    "payouts",
    "reports",
    "settlement",
    "tips",
]
