"""The admin page of the statements that were issued."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from payments.columns import CurrencyFilter, called
from payments.earnings.papers.models import EarningsPaper
from things.read_only import ReadOnlyAdmin


@admin.register(EarningsPaper)
class EarningsPaperAdmin(ReadOnlyAdmin):
    """Statements of earnings. What they say stays as it was issued."""

    columns = (
        called("title", _("number")),
        "creator",
        "first_period",
        "last_period",
        "currency",
        "issued_at",
    )
    list_filter = (CurrencyFilter,)
    list_select_related = ("creator",)
    search_fields = ("creator__username__exact",)
    search_help_text = _("The creator’s user name, in full.")
    ordering = ("-number",)
    details = (*columns, "language", "figures")
