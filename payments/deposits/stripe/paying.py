"""Paying in by card: a payment at Stripe for each deposit, and what Stripe says of it.

Amount and currency are fixed here, and what arrives is credited by Stripe's event alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from accounts.models import User
from payments.deposits.crediting import DepositRefused, begin_deposit
from payments.deposits.models import Deposit, Way
from payments.deposits.stripe.amounts import to_stripe
from payments.deposits.stripe.client import (
    CardsRefused,
    asking,
    own_key,
    own_words,
    stripe_client,
)
from payments.deposits.stripe.customers import customer_of
from payments.deposits.stripe.facts import PaymentFacts, facts_of, read_payment
from payments.deposits.stripe.models import CardCustomer

# Who tries stolen cards out begins many payments.
MOST_BEGUN = 10
BEGUN_WITHIN = timedelta(hours=1)


class TooManyBegun(DepositRefused):
    """Somebody began too many card payments in the last hour."""


class Stands(Enum):
    """How a payment stands at Stripe."""

    TO_PAY = auto()
    PROCESSING = auto()
    PAID = auto()
    CANCELED = auto()


@dataclass(frozen=True)
class Payment:
    """What Stripe says of a payment now. `secret` lets the payer's browser pay it."""

    stands: Stands
    secret: str
    facts: PaymentFacts


def begin_card_deposit(
    *, subscriber: User, amount: int, currency: str, key: str, at: datetime
) -> Deposit:
    """A deposit with a payment at Stripe that waits for its card; the same key finds the same.

    Amount in micros. Call it outside of transactions: it asks Stripe. Raises DepositRefused as
    `begin_deposit` does, or where Stripe takes no such amount; TooManyBegun; CardsUnreachable,
    after which the same call goes on where it was.
    """
    whole_key = f"card:{subscriber.pk}:{key}"
    begun = Deposit.objects.filter(
        subscriber=subscriber, way=Way.CARD, begun_at__gt=at - BEGUN_WITHIN
    )
    if begun.exclude(key=whole_key).count() >= MOST_BEGUN:
        raise TooManyBegun(f"{MOST_BEGUN} card payments were begun within an hour")
    deposit = begin_deposit(
        subscriber=subscriber, way=Way.CARD, amount=amount, currency=currency, key=whole_key, at=at
    )
    return deposit if deposit.external_id else _begin_payment(deposit, at)


def look_at_payment(deposit: Deposit) -> Payment:
    """How the payment of a card deposit stands. Raises CardsRefused or CardsUnreachable."""
    with asking():
        payment = stripe_client().v1.payment_intents.retrieve(deposit.external_id)
    return Payment(
        stands=_STANDS.get(payment.status, Stands.TO_PAY),
        secret=payment.client_secret or "",
        facts=read_payment(facts_of(payment.to_dict())),
    )


def _begin_payment(deposit: Deposit, at: datetime) -> Deposit:
    customer = customer_of(deposit.subscriber, at=at)
    try:
        with asking():
            payment = stripe_client().v1.payment_intents.create(
                {
                    "amount": to_stripe(deposit.amount, deposit.currency),
                    "currency": deposit.currency.lower(),
                    "customer": customer.external_id,
                    "allowed_payment_method_types": ["card"],
                    "metadata": own_words(deposit=str(deposit.pk)),
                },
                own_key(f"deposit:{deposit.pk}"),
            )
    except CardsRefused as refusal:
        if refusal.code == "resource_missing":
            # Deleted at Stripe by hand: the next try makes another.
            CardCustomer.objects.filter(pk=customer.pk).delete()
        raise DepositRefused(str(refusal)) from refusal
    remember_payment(deposit, payment.id)
    return deposit


def remember_payment(deposit: Deposit, number: str) -> None:
    """Keep the number of a deposit's payment at Stripe, unless there is one."""
    if not number:
        return
    Deposit.objects.filter(pk=deposit.pk, external_id="").update(external_id=number)
    deposit.external_id = deposit.external_id or number


_STANDS = {
    "requires_payment_method": Stands.TO_PAY,
    "requires_confirmation": Stands.TO_PAY,
    "requires_action": Stands.TO_PAY,
    "processing": Stands.PROCESSING,
    "succeeded": Stands.PAID,
    "canceled": Stands.CANCELED,
}
