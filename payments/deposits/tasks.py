"""Deposits and refunds as Celery does them."""

from __future__ import annotations

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from payments.deposits.models import Refund
from payments.deposits.paying_back import pay_back_open_refunds, pay_back_refund


@shared_task(name="payments.deposits.send_refund")
def send_refund(*, refund_id: int) -> None:
    """Have one refund paid out by its provider."""
    pay_back_refund(refund_id, at=timezone.now())


@shared_task(name="payments.deposits.send_refunds")
def send_refunds() -> int:
    """Have all refunds paid out that wait: those of a message that was lost, or a failed call."""
    return pay_back_open_refunds(at=timezone.now())


def send_refund_soon(refund: Refund) -> None:
    """Have a refund paid out once the transaction is committed; the clock finds it otherwise."""
    number = refund.pk
    transaction.on_commit(
        lambda: send_refund.apply_async(
            kwargs={"refund_id": number}, retry=False, ignore_result=True
        ),
        robust=True,
    )
