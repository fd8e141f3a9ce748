"""Refunds go to their providers."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction

from payments.deposits.models import Refund, Way
from payments.deposits.providers import PayBackRefused, provider_of, providers
from payments.deposits.returning import undo_refund

log = logging.getLogger(__name__)


def pay_back_refund(refund_id: int, *, at: datetime) -> None:
    """Have a refund paid out that nobody has sent yet; of two callers at once one does it.

    The row is locked while the provider is asked, so that it is asked once. Where it refuses,
    the money comes back into the wallet.
    """
    with transaction.atomic():
        rows = Refund.objects.select_for_update(no_key=True, of=["self"], skip_locked=True)
        waiting = rows.filter(pk=refund_id, state=Refund.State.ASKED)
        refund = waiting.select_related("deposit").first()
        if refund is None:
            return
        try:
            provider_of(Way(refund.deposit.way)).pay_back(refund)
        except PayBackRefused as refusal:
            undo_refund(refund, failure=str(refusal), at=at)


def pay_back_open_refunds(*, at: datetime) -> int:
    """Have all refunds paid out that wait for their providers. Returns how many were tried."""
    ways = [provider.way for provider in providers() if not provider.by_hand]
    waiting = Refund.objects.filter(state=Refund.State.ASKED, deposit__way__in=ways)
    numbers = list(waiting.order_by("pk").values_list("pk", flat=True))
    for number in numbers:
        try:
            pay_back_refund(number, at=at)
        except Exception:
            # One that cannot be sent now must not keep the others from it.
            log.exception("refund %s was not sent", number)
    return len(numbers)
