"""Card deposits, and Stripe telling about them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from stripe_site import Stripe, event_of, payment_intent, signed

from accounts.models import User
from payments.deposits.models import Deposit, Way
from payments.deposits.stripe.models import CardEvent

EVENTS = "/stripe/events"
Tell = Callable[..., CardEvent]
Paid = Callable[..., Deposit]


@pytest.fixture
def tell(client: Client, stripe: Stripe, db: None) -> Tell:
    """Have Stripe tell something by its webhook; the event as it is stored."""

    def told(
        kind: str, thing: dict[str, Any], *, status: int = 200, **more: Any
    ) -> CardEvent | None:
        event = event_of(kind, thing, **more)
        answer = Client().post(EVENTS, **signed(event))
        assert answer.status_code == status, answer.content
        return CardEvent.objects.filter(external_id=event["id"]).first()

    return told


@pytest.fixture
def paid(begin: Callable[..., Deposit], tell: Tell) -> Paid:
    """A card deposit of so many euros that Stripe told of, with its payment's number."""

    def arrived(user: User, euros: int = 10) -> Deposit:
        deposit = begin(user, euros, way=Way.CARD)
        number = f"pi_{deposit.pk}"
        Deposit.objects.filter(pk=deposit.pk).update(external_id=number)
        tell("payment_intent.succeeded", payment_intent(number, amount=euros * 100))
        deposit.refresh_from_db()
        assert deposit.state == Deposit.State.ARRIVED
        return deposit

    return arrived
