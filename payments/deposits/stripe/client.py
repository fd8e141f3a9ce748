"""The way to Stripe's API, and the ways in which it fails.

Every call that makes something carries a key of ours, so that repeating it makes nothing twice.
Stripe knows a key for 24 hours: what may be repeated later looks first.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    import stripe

# Seconds that a call may take; people wait for some of them.
PATIENCE = 20


class CardsRefused(Exception):
    """Stripe will not do it, however often it is asked; `code` is Stripe's word for why."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class CardDeclined(CardsRefused):
    """The card's bank did not pay; `payment` is the number of the payment, where there is one."""

    def __init__(self, message: str, code: str = "", payment: str = "") -> None:
        super().__init__(message, code)
        self.payment = payment


class CardsUnreachable(Exception):
    """Stripe did not answer, or cannot answer now: nobody knows what came of it. Try again."""


class CardsNotSetUp(CardsUnreachable):
    """The site has no keys of Stripe."""


def stripe_client() -> stripe.StripeClient:
    """The client with the site's key. Raises CardsNotSetUp where there is none."""
    if not settings.STRIPE_SECRET_KEY:
        raise CardsNotSetUp("OBOLE_STRIPE_SECRET_KEY is not set")
    import stripe  # which takes half a second, and few processes call Stripe

    return stripe.StripeClient(
        settings.STRIPE_SECRET_KEY,
        base_addresses={"api": settings.STRIPE_API_URL},
        max_network_retries=1,
        http_client=stripe.RequestsClient(timeout=PATIENCE),
    )


def own_key(name: str) -> stripe.RequestOptions:
    """The options of a call that makes something: a key that is this site's alone.

    Two sites may share an account at Stripe, and number their deposits alike.
    """
    return {"idempotency_key": f"{settings.SITE_HOST}:{name}"}


def own_words(**words: str) -> dict[str, str]:
    """What is written on things at Stripe, so that they are known again as this site's."""
    return {"site": settings.SITE_URL, **words}


@contextmanager
def asking() -> Iterator[None]:
    """Around calls: CardDeclined, CardsRefused or CardsUnreachable instead of Stripe's errors."""
    import stripe

    try:
        yield
    except stripe.CardError as error:
        payment = error.error.payment_intent if error.error else None
        number = str(payment.id) if payment is not None else ""
        raise CardDeclined(_said(error), error.code or "", number) from error
    except stripe.InvalidRequestError as error:
        if error.code == "idempotency_key_in_use":
            raise CardsUnreachable("another call does the same now") from error
        raise CardsRefused(_said(error), error.code or "") from error
    except stripe.StripeError as error:
        raise CardsUnreachable(f"{type(error).__name__}: {_said(error)}") from error


def moment(seconds: int) -> datetime:
    """A time of Stripe's."""
    return datetime.fromtimestamp(seconds, UTC)


def _said(error: stripe.StripeError) -> str:
    return error.user_message or str(error)
