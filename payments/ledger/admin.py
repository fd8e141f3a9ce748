"""The admin pages of the ledger. They show it; only deeds write it."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from payments.columns import CurrencyFilter, amount
from payments.ledger.models import LedgerAccount, Transfer
from things.read_only import ReadOnlyAdmin


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
    )


@admin.register(Transfer)
class TransferAdmin(ReadOnlyAdmin):
    """What moved."""

    columns = (
        "key",
        "kind",
        "debited",
        "credited",
        amount("amount", _("amount")),
        "about_at",
        "posted_at",
    )
    list_filter = ("kind", CurrencyFilter)
    list_select_related = ("debited__owner", "credited__owner")
    search_fields = ("key__startswith",)
    search_help_text = _("The start of a key, such as share:2010-09:.")
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
