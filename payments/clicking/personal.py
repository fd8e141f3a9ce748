"""What this room keeps about people."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.privacy.kept import Fate, Kept, keep
from payments.ledger.personal import BOOKS


def register() -> None:
    """Add this room's tables to the register."""
    keep(
        Kept(
            name="clicks_without_means",
            model="payments.KeptClick",
            title=_("Clicks that wait for your budget"),
            why=_("To count them as soon as you have one."),
            how_long=_("six months, or until you take them back"),
            fate=Fate.GONE,
            owner="subscriber",
            columns=("kept_at", "url", "visibility"),
            left_out={"subject": "the address again, as the button said it"},
        ),
        Kept(
            name="skipped_months",
            model="payments.SkippedPeriod",
            title=_("Months in which your standing clicks found no means"),
            why=_("To tell you of it once, and not again."),
            how_long=_("as long as the account"),
            fate=Fate.GONE,
            owner="subscriber",
            columns=("period", "number", "skipped_at"),
        ),
        Kept(
            name="clicks_excluded",
            model="payments.Exclusion",
            title=_("Clicks of yours that the operator excluded from a month"),
            why=_("To say why they were worth nothing."),
            how_long=BOOKS,
            fate=Fate.NAMELESS,
            owner="subscriber",
            columns=("period", "thing__url", "reason", "excluded_at", "undone_at"),
            left_out={
                "excluded_by": "who of the staff did it",
                "undone_by": "who of the staff did it",
            },
        ),
        Kept(
            name="addresses_of_clicks",
            model="payments.ClickAddress",
            title=_("Whether you clicked from where others click"),
            why=_(
                "To notice many accounts of one person. Your network address is not kept:"
                " a digest that only tells that two are the same, with a key that is forgotten."
            ),
            how_long=_("the month and the one after it"),
            fate=Fate.GONE,
            owner="subscriber",
            columns=("period",),
            left_out={"digest": "says nothing without the key, and the key is not kept"},
        ),
    )
