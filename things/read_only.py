"""Parts of admin pages that show rows and change none, and that stay quick on long tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from things.partitions import periods_with_partition

if TYPE_CHECKING:
    _Admin = admin.ModelAdmin[Any]
    _Inline = admin.TabularInline[Any, Any]
else:
    _Admin, _Inline = admin.ModelAdmin, admin.TabularInline

# Names of fields, or functions of a row.
Columns = tuple[str | Callable[[Any], Any], ...]


class _RefusesChanges:
    """Nobody may add, change or delete, whatever their permissions; not a superuser either."""

    def has_add_permission(self, request: HttpRequest, *_: object) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, *_: object) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, *_: object) -> bool:
        return False


class ReadOnlyAdmin(_RefusesChanges, _Admin):
    """Pages that show rows: `columns` in the list, `details` (or the columns) of one row."""

    columns: Columns = ()
    details: Columns = ()
    actions = None
    list_per_page = 50

    def get_list_display(self, request: HttpRequest) -> Columns:
        """The columns of the list."""
        return self.columns

    def get_fields(self, request: HttpRequest, obj: object = None) -> Any:
        """What the page of one row shows."""
        return self.details or self.columns

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> Any:
        """All of it."""
        return self.details or self.columns


class ReadOnlyInline(_RefusesChanges, _Inline):
    """Rows that belong to a row, shown beneath it."""

    template = "admin/read_only_inline.html"
    columns: Columns = ()
    extra = 0
    can_delete = False

    def get_fields(self, request: HttpRequest, obj: object = None) -> Any:
        """The columns."""
        return self.columns

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> Any:
        """All of them."""
        return self.columns


class PeriodFilter(admin.SimpleListFilter):
    """The periods that have clicks' tables, instead of a search through all rows for them."""

    title = _("period")
    parameter_name = "period"

    def lookups(self, request: HttpRequest, model_admin: object) -> Iterator[tuple[str, str]]:
        """Latest first."""
        return ((str(period), str(period)) for period in periods_with_partition())

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> Any:
        """The rows of the chosen period."""
        return queryset.filter(period=self.value()) if self.value() else queryset
