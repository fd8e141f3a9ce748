"""What is kept about what people give each month."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.privacy.kept import Fate, Kept, keep
from payments.ledger.personal import BOOKS
from payments.money import format_exact


def register() -> None:
    """Add this room's tables to the register."""
    keep(
        Kept(
            name="monthly_budget",
            model="payments.Plan",
            title=_("What you mean to give each month"),
            why=_("To give it."),
            how_long=_("until you stop"),
            fate=Fate.GONE,
            owner="subscriber",
            columns=("amount", "currency", "paused", "stopped"),
            written={"amount": format_exact},
        ),
        Kept(
            name="budgets",
            model="payments.Budget",
            title=_("What you gave in each month"),
            why=_("To divide it among what you clicked, and to prove that it was."),
            how_long=BOOKS,
            fate=Fate.NAMELESS,
            owner="subscriber",
            columns=("period", "amount", "currency", "held_at", "clicks", "share", "remainder"),
            left_out={"wallet": "the one of this currency"},
            written=dict.fromkeys(("amount", "share", "remainder"), format_exact),
        ),
    )
