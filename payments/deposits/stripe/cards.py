"""Cards as a way to pay in."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from payments.deposits.models import Refund, Way


class Cards:
    """People pay by card with Stripe's form on our page; Stripe's events say what came."""

    way = Way.CARD
    page = "pay_by_card"
    title = _("Card")
    summary = _("At once, by credit or debit card. Stripe takes the payment.")

    by_hand = False

    def is_offered(self) -> bool:
        """Where the site has keys of Stripe."""
        return bool(settings.STRIPE_SECRET_KEY)

    def currencies(self) -> list[str]:
        """All."""
        return list(settings.CURRENCIES)

    def pay_back(self, refund: Refund) -> None:
        """Stripe sends it back to the card."""
        from payments.deposits.stripe.refunding import send_refund_to_stripe

        send_refund_to_stripe(refund, at=timezone.now())
