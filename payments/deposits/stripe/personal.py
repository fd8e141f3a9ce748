"""What is kept about people who pay by card."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.privacy.kept import Fate, Kept, keep
from payments.ledger.personal import BOOKS


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
    )
