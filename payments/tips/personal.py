"""What is kept about people for their tips."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.privacy.kept import Fate, Kept, keep
from payments.ledger.personal import BOOKS
from payments.money import format_exact
from payments.tips.models import Tip


def register() -> None:
    """Add this room's table to the register."""
    keep(
        Kept(
            name="tips",
            model="payments.Tip",
            title=_("Tips that you gave, and that you got"),
            why=_(
                "To say what a tip came to, and to hand on its note, which goes when either of"
                " you deletes their account."
            ),
            how_long=BOOKS,
            fate=Fate.NAMELESS,
            owner="giver",
            columns=(
                "given_at",
                "creator__username",
                "thing__url",
                "amount",
                "fee",
                "currency",
                "note",
                "visibility",
                "reported_at",
                "taken_back_at",
            ),
            left_out={"key": "is made up for each form, so that it counts once"},
            written=dict.fromkeys(("amount", "fee"), format_exact),
            rows=_tips,
        )
    )


def _tips(user: User) -> Iterator[QuerySet[Tip]]:
    """Those given and then those got; who gave those is not said."""
    yield Tip.objects.filter(giver=user).order_by("pk")
    yield Tip.objects.filter(creator=user).order_by("pk")
