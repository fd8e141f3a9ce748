"""The tasks of all rooms, named where Celery looks for them."""

from payments.abuse.tasks import find_abuse
from payments.clicking.tasks import (
    check_claim_of_creator,
    check_due_claims,
    claim_addresses_of_creator,
    drop_old_clicks_that_wait,
    record_some_standing_clicks,
    record_standing_clicks_of_month,
)
from payments.deposits.stripe.tasks import (
    charge_refills_that_are_due,
    keep_card_of,
    look_for_refunds_of,
    reconcile_cards_with_stripe,
)
from payments.deposits.tasks import send_refund, send_refunds
from payments.desk.tasks import preview_month
from payments.earnings.tasks import mail_first_clicks, mail_weeks
from payments.giving.tasks import mail_low_means, mail_settled_months
from payments.settlement.tasks import (
    audit_books,
    audit_thoroughly,
    credit_month,
    earn_month,
    run_shard_of_month,
    settle_due_months,
    settle_month,
)

__all__ = [
    "audit_books",
    "audit_thoroughly",
    "charge_refills_that_are_due",
    "check_claim_of_creator",
    "check_due_claims",
    "claim_addresses_of_creator",
    "credit_month",
    "drop_old_clicks_that_wait",
    "earn_month",
    "find_abuse",
    "keep_card_of",
    "look_for_refunds_of",
    "mail_first_clicks",
    "mail_low_means",
    "mail_settled_months",
    "mail_weeks",
    "preview_month",
    "reconcile_cards_with_stripe",
    "record_some_standing_clicks",
    "record_standing_clicks_of_month",
    "run_shard_of_month",
    "send_refund",
    "send_refunds",
    "settle_due_months",
    "settle_month",
]
