"""Cards that are kept at Stripe, so that they can be charged when nobody is there."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import User
from payments.deposits.stripe.client import CardsRefused, asking, own_key, own_words, stripe_client
from payments.deposits.stripe.customers import customer_of
from payments.deposits.stripe.models import CardCustomer, SavedCard

log = logging.getLogger(__name__)


class NotTheirs(Exception):
    """The card that was set up at Stripe is not this person's, or of nobody here."""


@dataclass(frozen=True)
class Setup:
    """The setting up of a card at Stripe. `secret` lets its owner's browser go on with it."""

    id: str
    secret: str
    succeeded: bool
    failure: str


def card_of(subscriber: User) -> SavedCard | None:
    """The card that somebody lets us charge."""
    cards = SavedCard.objects.filter(customer__subscriber=subscriber, removed_at=None)
    return cards.filter(customer__forgotten_at=None).first()


def begin_saving(*, subscriber: User, key: str, at: datetime) -> str:
    """Begin to set a card up that is charged later; the number of that at Stripe.

    The same key begins it once. Asks Stripe: call it outside of transactions. Raises CardsRefused
    or CardsUnreachable.
    """
    customer = customer_of(subscriber, at=at)
    with asking():
        made = stripe_client().v1.setup_intents.create(
            {
                "customer": customer.external_id,
                "usage": "off_session",
                "allowed_payment_method_types": ["card"],
                "metadata": own_words(user=str(subscriber.pk)),
            },
            own_key(f"setup:{subscriber.pk}:{key}"),
        )
    return str(made.id)


def look_at_saving(*, subscriber: User, setup_id: str) -> Setup:
    """How the setting up of somebody's card stands. Raises NotTheirs, or as above."""
    with asking():
        made = stripe_client().v1.setup_intents.retrieve(setup_id)
    if not CardCustomer.objects.filter(subscriber=subscriber, external_id=made.customer).exists():
        raise NotTheirs(setup_id)
    error = getattr(made, "last_setup_error", None)
    return Setup(
        id=str(made.id),
        secret=made.client_secret or "",
        succeeded=made.status == "succeeded",
        failure=(getattr(error, "message", None) or "") if error else "",
    )


def keep_card(*, setup_id: str, at: datetime) -> SavedCard | None:
    """Keep the card that was set up in place of the one before; again, it changes nothing.

    Nothing where it is not set up, or was and has been removed since. Raises NotTheirs where its
    customer is nobody's here, CardsRefused or CardsUnreachable.
    """
    with asking():
        setup = stripe_client().v1.setup_intents.retrieve(setup_id)
        if setup.status != "succeeded" or not setup.payment_method:
            return None
        method = stripe_client().v1.payment_methods.retrieve(str(setup.payment_method))
    card = method.card
    if card is None:
        return None
    with transaction.atomic():
        # Two cards that are set up at once are kept one after the other.
        customers = CardCustomer.objects.select_for_update(no_key=True)
        customer = customers.filter(external_id=setup.customer, forgotten_at=None).first()
        if customer is None:
            raise NotTheirs(setup_id)
        known = SavedCard.objects.filter(external_id=method.id).first()
        if known is not None:
            return known if known.removed_at is None else None
        SavedCard.objects.filter(customer=customer, removed_at=None).update(removed_at=at)
        return SavedCard.objects.create(
            customer=customer,
            external_id=method.id,
            brand=card.brand[:30],
            last4=card.last4[:4],
            expires_year=card.exp_year,
            expires_month=card.exp_month,
            saved_at=at,
        )


def detach_removed_cards(*, at: datetime) -> int:
    """Remove at Stripe what was removed here. Returns how many; safe to run again."""
    done = 0
    for card in SavedCard.objects.filter(detached_at=None).exclude(removed_at=None).order_by("pk"):
        try:
            with asking():
                stripe_client().v1.payment_methods.detach(card.external_id)
        except CardsRefused as refusal:
            # It is gone there already.
            log.info("the card %s was not detached: %s", card.pk, refusal)
        SavedCard.objects.filter(pk=card.pk).update(detached_at=at)
        done += 1
    return done
