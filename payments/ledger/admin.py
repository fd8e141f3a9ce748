"""The admin pages of the ledger. They show it; only deeds write it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments.columns import CurrencyFilter, amount
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.questions import MOST_OF_ALL, into, out_of
from things.read_only import ReadOnlyAdmin

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def side(name: str, label: StrOrPromise) -> Callable[[Transfer], str]:
    """A column for an account of a transfer: its kind, and whose it is."""

    @admin.display(description=label)
    def shown(transfer: Transfer) -> str:
        account = getattr(transfer, name)
        return f"{account.get_kind_display()}: {account.owner or account.rail or '–'}"

    return shown


@admin.register(LedgerAccount)
class LedgerAccountAdmin(ReadOnlyAdmin):
    """Where money is."""

    columns = (
        "id",
        "owner",
        "kind",
        "rail",
        amount("balance", _("balance")),
        amount("held", _("held")),
        amount("free", _("free")),
        amount("owed", _("owed")),
    )
    list_filter = ("kind", CurrencyFilter)
    list_select_related = ("owner",)
    search_fields = ("owner__username__exact",)
    search_help_text = _("The owner’s user name, in full.")
    ordering = ("-id",)
    details = (
        "owner",
        "kind",
        "rail",
        amount("balance", _("balance")),
        amount("held", _("held")),
        amount("free", _("free")),
        amount("owed", _("owed")),
    )


@admin.register(Transfer)
class TransferAdmin(ReadOnlyAdmin):
    """What moved."""

    columns = (
        "key",
        "kind",
        amount("amount", _("amount")),
        side("debited", _("from")),
        side("credited", _("to")),
        "posted_at",
    )
    list_filter = ("kind", CurrencyFilter)
    exact_filters = tuple(
        f"kind__exact={kind}" for kind in Transfer.Kind if kind not in MOST_OF_ALL
    )
    list_select_related = ("debited__owner", "credited__owner")
    search_fields = ("key",)
    search_help_text = _("A key in full, such as share:2010-09:17, or a user name.")
    ordering = ("-id",)
    details = (
        "key",
        "kind",
        "debited",
        "credited",
        amount("amount", _("amount")),
        amount("released", _("hold released")),
        "mirrors",
        "about_at",
        "posted_at",
    )

    def search_branches(self, text: str) -> list[Q]:
        """A key; or what went out of and into the accounts of a user."""
        owned = list(LedgerAccount.objects.filter(owner__username__iexact=text))
        of_accounts = [out_of(owned), into(owned)] if owned else []
        return [Q(key=text), *of_accounts]
