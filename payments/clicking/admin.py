"""The admin page of imported months."""

from __future__ import annotations

from django.contrib import admin

from payments.clicking.models import ImportedMonth
from things.read_only import ReadOnlyAdmin


@admin.register(ImportedMonth)
class ImportedMonthAdmin(ReadOnlyAdmin):
    """Which month folders were imported."""

    columns = ("period", "imported_at", "subscribers", "things", "clicks", "repeated", "digest")
    ordering = ("-id",)
