"""What settlements keep about people."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.privacy.kept import Fate, Kept, keep
from payments.ledger.personal import BOOKS
from payments.money import format_exact


def register() -> None:
    """Add this room's tables to the register."""
    keep(
        Kept(
            name="earnings_of_things",
            model="payments.ThingEarnings",
            title=_("What your things earned in each month"),
            why=_("To show you what was clicked, and to prove what you were credited."),
            how_long=BOOKS,
            fate=Fate.NAMELESS,
            owner="creator",
            columns=(
                "period",
                "thing__url",
                "thing__title",
                "currency",
                "clicks",
                "gross",
                "lowest",
                "highest",
            ),
            written=dict.fromkeys(("gross", "lowest", "highest"), format_exact),
        ),
        Kept(
            name="earnings",
            model="payments.CreatorEarnings",
            title=_("What you earned in each month"),
            why=_("To credit you, and to prove it."),
            how_long=BOOKS,
            fate=Fate.NAMELESS,
            owner="creator",
            columns=("period", "currency", "things", "clicks", "gross", "fee", "net"),
            written=dict.fromkeys(("gross", "fee", "net"), format_exact),
        ),
    )
