"""What the desk has workers do."""

from __future__ import annotations

from celery import shared_task

from payments.desk.previewing import make_preview
from things.periods import Period


@shared_task(name="payments.desk.preview_month")
def preview_month(*, period: str) -> None:
    """Compute the dry run of a period and keep it."""
    make_preview(Period.parse(period))
