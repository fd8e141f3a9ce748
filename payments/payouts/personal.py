"""What is kept about people to pay them."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.privacy.kept import Fate, Kept, NotPersonal, keep
from accounts.sealing import unseal
from payments.ledger.personal import BOOKS
from payments.money import format_exact


def register() -> None:
    """Add this room's tables to the register."""
    keep(
        Kept(
            name="payout_accounts",
            model="payments.PayoutDetails",
            title=_("Where you are paid"),
            why=_("To pay you out. Account numbers are stored encrypted."),
            how_long=_("until you change it and nothing is on its way there"),
            fate=Fate.NAMELESS,
            owner="owner",
            columns=("way", "hint", "sealed", "entered_at", "usable_at", "ended_at"),
            left_out={"fingerprint": "tells two accounts apart"},
            written={"sealed": _opened},
        ),
        Kept(
            name="payouts",
            model="payments.Payout",
            title=_("What was paid out to you"),
            why=_("To pay it, and to prove that it was paid."),
            how_long=BOOKS,
            fate=Fate.NAMELESS,
            owner="owner",
            columns=(
                "requested_at",
                "changed_at",
                "way",
                "amount",
                "currency",
                "state",
                "key",
                "details__hint",
            ),
            left_out={"batch": "with whose payouts it was sent"},
            written={"amount": format_exact},
        ),
        Kept(
            name="payout_steps",
            model="payments.PayoutStep",
            title=_("The way of each payout"),
            why=_("To know where it is."),
            how_long=BOOKS,
            fate=Fate.NAMELESS,
            owner="payout__owner",
            columns=("payout__key", "at", "state", "note"),
            left_out={"by": "who of the staff did it"},
        ),
        Kept(
            name="payout_holds",
            model="payments.PayoutHold",
            title=_("Payouts that were stopped by the operator"),
            why=_("To clear up what looks like fraud before money leaves."),
            how_long=BOOKS,
            fate=Fate.NAMELESS,
            owner="owner",
            columns=("amount", "currency", "why", "placed_at", "lifted_at"),
            left_out={
                "key": "a number",
                "placed_by": "who of the staff did it",
                "lifted_by": "who of the staff did it",
            },
            written={"amount": format_exact},
        ),
        NotPersonal("payments.PayoutBatch", "names the staff who made and approved it"),
    )


def _opened(sealed: Any) -> object:
    return json.loads(unseal(bytes(sealed))) if sealed else None
