"""What all rooms keep about people, named where the app finds it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.privacy.kept import Cookie, keep
from payments.abuse import personal as abuse
from payments.budgets import personal as budgets
from payments.clicking import personal as clicking
from payments.clicking.cookies import cookie_name
from payments.deposits import personal as deposits
from payments.deposits.stripe import personal as cards
from payments.earnings import personal as earnings
from payments.ledger import personal as ledger
from payments.payouts import personal as payouts
from payments.settlement import personal as settlement
from payments.settlement.corrections import personal as corrections
from payments.tips import personal as tips


def register() -> None:
    """Add the tables of all rooms to the register, and the button's cookie."""
    for room in (
        ledger,
        budgets,
        clicking,
        deposits,
        cards,
        settlement,
        corrections,
        earnings,
        payouts,
        tips,
        abuse,
    ):
        room.register()
    keep(
        Cookie(
            cookie_name(),
            _(
                "Counts your click on a site where you said that one click is enough."
                " It exists on that site alone."
            ),
            _("90 days after you used it last"),
        )
    )
