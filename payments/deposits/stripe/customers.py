"""Who somebody is at Stripe: made when they first pay by card, deleted there when they leave."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import datetime

from accounts.models import User
from payments.deposits.models import Deposit, Way
from payments.deposits.stripe.client import (
    CardsRefused,
    asking,
    own_key,
    own_words,
    stripe_client,
)
from payments.deposits.stripe.models import CardCustomer

log = logging.getLogger(__name__)


def customer_of(subscriber: User, *, at: datetime) -> CardCustomer:
    """A subscriber's customer, made at Stripe where there is none yet; it bears no name.

    Call it outside of transactions: it asks Stripe. Raises CardsUnreachable.
    """
    known = CardCustomer.objects.filter(subscriber=subscriber, forgotten_at=None).first()
    if known is not None:
        return known
    with asking():
        made = stripe_client().v1.customers.create(
            {"metadata": own_words(user=str(subscriber.pk))},
            # By the hour: one that the operator deletes at Stripe is made anew.
            own_key(f"customer:{subscriber.pk}:{at:%Y-%m-%dT%H}"),
        )
    # Of two at once one is kept, and by the key both are the same.
    customer, _ = CardCustomer.objects.get_or_create(
        subscriber=subscriber, defaults={"external_id": made.id, "made_at": at}
    )
    return customer


def forget_customer(subscriber: User, *, at: datetime) -> None:
    """Have a subscriber deleted at Stripe, cards and all, by the task that looks after cards."""
    CardCustomer.objects.filter(subscriber=subscriber, forgotten_at=None).update(forgotten_at=at)


def delete_forgotten_customers() -> int:
    """Delete those at Stripe who are to be forgotten, and then here. Returns how many are gone.

    Before that their payments that are not paid are canceled: nobody is to pay into a wallet that
    has no owner any more. Safe to run again: what is gone there already is gone.
    """
    gone = 0
    for customer in CardCustomer.objects.exclude(forgotten_at=None).order_by("pk"):
        try:
            _cancel_payments(customer)
            _delete_at_stripe(customer)
        except CardsRefused:
            log.exception("the customer %s cannot be deleted at Stripe", customer)
            continue
        CardCustomer.objects.filter(pk=customer.pk).delete()
        gone += 1
    return gone


def _cancel_payments(customer: CardCustomer) -> None:
    unpaid = Deposit.objects.filter(
        subscriber=customer.subscriber_id, way=Way.CARD, transfer=None
    ).exclude(external_id="")
    for deposit in unpaid.order_by("pk"):
        # Stripe refuses to cancel what is canceled, paid or being paid.
        with suppress(CardsRefused), asking():
            stripe_client().v1.payment_intents.cancel(deposit.external_id)


def _delete_at_stripe(customer: CardCustomer) -> None:
    try:
        with asking():
            stripe_client().v1.customers.delete(customer.external_id)
    except CardsRefused as refusal:
        if refusal.code not in ("resource_missing", ""):
            raise
