"""What is kept about people for their statements of earnings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.privacy.kept import Fate, Kept, keep
from payments.ledger.personal import BOOKS


def register() -> None:
    """Add this room's tables to the register."""
    keep(
        Kept(
            name="billing_details",
            model="payments.BillingDetails",
            title=_("Your name and address on statements"),
            why=_("To make statements of earnings out to you."),
            how_long=_("until you change them"),
            fate=Fate.GONE,
            owner="owner",
            columns=("legal_name", "address", "tax_number"),
        ),
        Kept(
            name="statements_of_earnings",
            model="payments.EarningsPaper",
            title=_("Statements of earnings that were issued to you"),
            why=_("To print them again as they were; their numbers have no gaps."),
            how_long=BOOKS,
            fate=Fate.NAMELESS,
            owner="creator",
            columns=(
                "number",
                "issued_at",
                "first_period",
                "last_period",
                "currency",
                "language",
                "figures",
                "details",
            ),
            left_out={"fingerprint": "is made from the rest"},
        ),
        Kept(
            name="news_of_clicks",
            model="payments.CreatorNews",
            title=_("What you were told of clicks on your things"),
            why=_("To tell you once."),
            how_long=_("as long as the account"),
            fate=Fate.GONE,
            owner="creator",
            columns=("first_click_at", "week_told"),
        ),
        Kept(
            name="imported_revenue",
            model="payments.ImportedRevenue",
            title=_("Revenue that you imported from Flattr"),
            why=_("To show your old months beside the new ones."),
            how_long=_("as long as the account"),
            fate=Fate.GONE,
            owner="creator",
            columns=(
                "period",
                "currency",
                "number",
                "address",
                "url",
                "title",
                "clicks",
                "revenue",
                "total",
                "imported_at",
            ),
        ),
    )
