"""What is kept about people who pay by card."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.privacy.kept import Fate, Kept, keep
from payments.ledger.personal import BOOKS
from payments.money import format_exact


def register() -> None:
    """Add these tables to the register."""
    keep(
        Kept(
            name="card_customer",
            model="payments.CardCustomer",
            title=_("Who you are at Stripe"),
            why=_("To take payments by card, which Stripe carries out."),
            how_long=_("As long as the account; then it is deleted at Stripe too."),
            fate=Fate.GONE,
            owner="subscriber",
            columns=("external_id", "made_at", "forgotten_at"),
        ),
        Kept(
            name="card_events",
            model="payments.CardEvent",
            title=_("What Stripe told about your payments"),
            why=_("To bring each payment, refund and dispute into the books once."),
            how_long=BOOKS,
            fate=Fate.NAMELESS,
            owner="deposit__subscriber",
            columns=(
                "happened_at",
                "received_at",
                "type",
                "about",
                "payment",
                "did",
                "note",
                "external_id",
                "facts",
            ),
            left_out={"state": "how far the site came with it"},
        ),
        Kept(
            name="saved_cards",
            model="payments.SavedCard",
            title=_("Your saved card"),
            why=_("To charge it for the monthly refill. Stripe keeps its number, not we."),
            how_long=_("Until you leave; at Stripe until you remove it."),
            fate=Fate.GONE,
            owner="customer__subscriber",
            columns=(
                "brand",
                "last4",
                "expires_month",
                "expires_year",
                "saved_at",
                "removed_at",
                "detached_at",
                "external_id",
            ),
        ),
        Kept(
            name="refills",
            model="payments.Refill",
            title=_("Your monthly refill"),
            why=_("To carry it out, and to prove what you agreed to."),
            how_long=BOOKS,
            fate=Fate.NAMELESS,
            owner="subscriber",
            columns=(
                "begun_at",
                "ended_at",
                "amount",
                "currency",
                "day",
                "state",
                "next_on",
                "consent",
                "failure",
            ),
            written={"amount": format_exact},
        ),
        Kept(
            name="refill_payments",
            model="payments.RefillPayment",
            title=_("What your monthly refill paid"),
            why=_("So that it pays once a month."),
            how_long=BOOKS,
            fate=Fate.NAMELESS,
            owner="subscriber",
            columns=("begun_at", "period", "deposit", "failed"),
            left_out={"refill": "yours", "card": "yours"},
            written={"period": str},
        ),
    )
