"""Columns of the admin that show amounts: exact, in units, with their currency."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from payments.fields import written_amount

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def amount(name: str, label: StrOrPromise) -> Callable[[Any], str]:
    """A column for an amount in micros: `5.14 EUR`, in French `5,14 EUR`; a dash for none."""

    @admin.display(description=label)
    def shown(row: Any) -> str:
        micros = getattr(row, name)
        return "–" if micros is None else f"{written_amount(micros)} {row.currency}"

    shown.__name__ = f"{name}_in_units"
    return shown


def called(name: str, label: StrOrPromise) -> Callable[[Any], str]:
    """A column for a property of a row, under a label that can be translated."""

    @admin.display(description=label)
    def shown(row: Any) -> str:
        return str(getattr(row, name))

    shown.__name__ = name
    return shown


class CurrencyFilter(admin.SimpleListFilter):
    """The site's currencies, instead of a search through all rows for them."""

    title = _("currency")
    parameter_name = "currency"

    def lookups(self, request: HttpRequest, model_admin: object) -> Iterator[tuple[str, str]]:
        """As the settings name them."""
        return ((code, code) for code in settings.CURRENCIES)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of the chosen currency."""
        return queryset.filter(currency=self.value()) if self.value() else queryset
