"""The admin pages of plans and budgets. Subscribers change theirs; a settlement divides them."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from payments.budgets.models import Budget, Plan
from payments.columns import CurrencyFilter, amount
from things.read_only import PeriodFilter, ReadOnlyAdmin

_HELP = _("The subscriber’s user name, in full.")


@admin.register(Plan)
class PlanAdmin(ReadOnlyAdmin):
    """What subscribers mean to give each month."""

    columns = ("subscriber", amount("amount", _("amount")), "paused", "stopped")
    list_filter = ("paused", "stopped", CurrencyFilter)
    list_select_related = ("subscriber",)
    search_fields = ("subscriber__username__exact",)
    search_help_text = _HELP
    ordering = ("-id",)
    details = ("subscriber", amount("amount", _("amount")), "paused", "stopped")


@admin.register(Budget)
class BudgetAdmin(ReadOnlyAdmin):
    """What subscribers gave, and give in periods that run."""

    columns = (
        "period",
        "subscriber",
        amount("amount", _("amount")),
        "clicks",
        amount("share", _("share")),
        amount("remainder", _("remainder")),
        "held_at",
    )
    list_filter = (PeriodFilter, CurrencyFilter)
    list_select_related = ("subscriber",)
    search_fields = ("subscriber__username__exact",)
    search_help_text = _HELP
    ordering = ("-id",)
    details = (
        "period",
        "subscriber",
        "wallet",
        amount("amount", _("amount")),
        "held_at",
        "clicks",
        amount("share", _("share")),
        amount("given", _("given")),
        amount("remainder", _("remainder")),
    )
