"""What is kept about people whom a rule found, and about those who gave to them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.privacy.kept import Fate, Kept, NotPersonal, keep
from payments.ledger.personal import BOOKS
from payments.money import format_exact


def register() -> None:
    """Add this room's tables to the register."""
    keep(
        Kept(
            name="marks_of_abuse",
            model="payments.AbuseMark",
            title=_("What a rule against abuse found about your earnings"),
            why=_("To have a person look before money leaves. A rule takes nothing."),
            how_long=BOOKS,
            fate=Fate.NAMELESS,
            owner="subject",
            columns=("period", "rule__kind", "figures", "state", "found_at"),
            left_out={"hold": "is among the payouts that were stopped"},
        ),
        Kept(
            name="marked_giving",
            model="payments.MarkedGiver",
            title=_("Your giving to somebody whom such a rule found"),
            why=_("To show what it found. It changes nothing about your giving."),
            how_long=BOOKS,
            fate=Fate.NAMELESS,
            owner="giver",
            columns=("mark__period", "clicks", "amount", "currency"),
            written={"amount": format_exact},
        ),
        NotPersonal("payments.MarkDecision", "names the staff who decided, for the staff"),
    )
