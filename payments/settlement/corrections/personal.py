"""What corrections keep about people."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.privacy.kept import Fate, Kept, NotPersonal, keep
from payments.ledger.personal import BOOKS
from payments.money import format_exact


def register() -> None:
    """Add this room's tables to the register."""
    keep(
        Kept(
            name="clicks_taken_back",
            model="payments.ReversedClick",
            title=_("Clicks of yours whose share the operator took back"),
            why=_("To prove where the money went, and why."),
            how_long=BOOKS,
            fate=Fate.NAMELESS,
            owner="subscriber",
            columns=(
                "period",
                "thing__url",
                "currency",
                "share",
                "correction__reason",
                "correction__decided_at",
            ),
            left_out={"creator": "whose the thing was"},
            written={"share": format_exact},
        ),
        NotPersonal(
            "payments.Correction",
            "what staff proposed and decided; its clicks are told to those concerned",
        ),
    )
