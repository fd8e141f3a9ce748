"""What the ledger keeps about people."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.privacy.kept import Fate, Kept, keep
from payments.ledger.models import LedgerAccount, Transfer
from payments.money import format_exact

BOOKS = _("as long as the books")
_EXACT = dict.fromkeys(("amount", "balance", "held", "owed", "released"), format_exact)


def register() -> None:
    """Add the ledger's tables to the register."""
    keep(
        Kept(
            name="ledger_accounts",
            model="payments.LedgerAccount",
            title=_("Your wallets, and what you earned"),
            why=_("To know whose the money is."),
            how_long=BOOKS,
            fate=Fate.NAMELESS,
            owner="owner",
            columns=("kind", "currency", "balance", "held", "owed"),
            left_out={"rail": "is empty for what is a person's"},
            written=_EXACT,
        ),
        Kept(
            name="transfers",
            model="payments.Transfer",
            title=_("Each movement of your money"),
            why=_("To prove where every cent went."),
            how_long=BOOKS,
            fate=Fate.NAMELESS,
            owner="debited__owner",
            columns=(
                "about_at",
                "posted_at",
                "kind",
                "amount",
                "currency",
                "debited__kind",
                "credited__kind",
                "released",
                "key",
                "mirrors__key",
            ),
            written=_EXACT,
            rows=_transfers,
        ),
    )


def _transfers(user: User) -> Iterator[QuerySet[Transfer]]:
    """Account by account, along the two indexes that there are for it."""
    for account in LedgerAccount.objects.filter(owner=user).order_by("pk"):
        yield Transfer.objects.of_account(account).order_by("pk")
