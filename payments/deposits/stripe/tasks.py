"""What Celery does about cards."""

from __future__ import annotations

import logging
from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from payments.deposits.models import Deposit
from payments.deposits.stripe.cards import Cards
from payments.deposits.stripe.charging import charge_due_refills
from payments.deposits.stripe.client import CardsUnreachable
from payments.deposits.stripe.customers import delete_forgotten_customers
from payments.deposits.stripe.reconciling import look_for_refunds, reconcile_cards
from payments.deposits.stripe.saving import detach_removed_cards, keep_card

log = logging.getLogger(__name__)


@shared_task(name="payments.deposits.reconcile_cards")
def reconcile_cards_with_stripe(*, days: int = 0) -> dict[str, int]:
    """Ask Stripe for what webhooks did not bring, and look after what was left lying.

    Since the latest event that came, or for so many days back.
    """
    if not Cards().is_offered():
        return {}
    now = timezone.now()
    try:
        counts = reconcile_cards(at=now, since=now - timedelta(days=days) if days else None)
        counts["removed cards"] = detach_removed_cards(at=now)
        counts["forgotten customers"] = delete_forgotten_customers()
    except CardsUnreachable as refusal:
        # The next turn of the clock tries again.
        log.warning("Stripe cannot be asked now: %s", refusal)
        return {}
    return dict(counts)


@shared_task(name="payments.deposits.charge_due_refills")
def charge_refills_that_are_due() -> int:
    """Carry out the monthly refills that are due, and those that an earlier run left."""
    if not Cards().is_offered() or not settings.DEPOSITS:
        return 0
    return charge_due_refills(at=timezone.now())


@shared_task(name="payments.deposits.keep_card")
def keep_card_of(*, setup_id: str) -> None:
    """Keep a card that was set up."""
    keep_card(setup_id=setup_id, at=timezone.now())


def keep_card_soon(setup_id: str) -> None:
    """The same once the transaction is committed."""
    transaction.on_commit(
        lambda: keep_card_of.apply_async(
            kwargs={"setup_id": setup_id}, retry=False, ignore_result=True
        ),
        robust=True,
    )


@shared_task(name="payments.deposits.look_for_refunds")
def look_for_refunds_of(*, deposit_id: int) -> int:
    """Bring the refunds of one deposit into the books."""
    deposit = Deposit.objects.select_related("transfer", "subscriber").get(pk=deposit_id)
    return look_for_refunds(deposit, at=timezone.now())


def look_for_refunds_soon(deposit: Deposit) -> None:
    """The same once the transaction is committed; their own events bring them otherwise."""
    number = deposit.pk
    transaction.on_commit(
        lambda: look_for_refunds_of.apply_async(
            kwargs={"deposit_id": number}, retry=False, ignore_result=True
        ),
        robust=True,
    )
