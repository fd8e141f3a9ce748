"""The tasks of all rooms, named where Celery looks for them."""

from payments.clicking.tasks import record_standing_clicks_of_month
from payments.settlement.tasks import (
    audit_books,
    credit_month,
    earn_month,
    run_shard_of_month,
    settle_due_months,
    settle_month,
)

__all__ = [
    "audit_books",
    "credit_month",
    "earn_month",
    "record_standing_clicks_of_month",
    "run_shard_of_month",
    "settle_due_months",
    "settle_month",
]
