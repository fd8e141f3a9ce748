"""How pages write amounts: `{{ row.gross|money:row.currency }}`."""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import format_decimal, format_percent, get_currency_name
from django import template
from django.utils.translation import get_language, to_locale

from payments.money import BASIS_POINTS, format_for_people

register = template.Library()


@register.filter
def money(amount: int, currency: str) -> str:
    """An amount in micros for people, rounded to the currency's minor unit: `5,14 €`."""
    return format_for_people(amount, currency)


@register.filter
def exact_money(amount: int, currency: str) -> str:
    """An amount in micros for people, to the last micro: `0,183571 €`."""
    return format_for_people(amount, currency, exact=True)


@register.filter
def currency_name(currency: str) -> str:
    """The currency in words of the active language: `Swedish Krona`."""
    return get_currency_name(currency, locale=_locale())


@register.filter
def number(count: int) -> str:
    """A count as the active language writes it: `1 234`."""
    return format_decimal(count, locale=_locale())


@register.filter
def percent(basis_points: int) -> str:
    """Basis points as per cent, exactly: `10 %`, `7,5 %`."""
    part = Decimal(basis_points) / BASIS_POINTS
    return format_percent(part, locale=_locale(), decimal_quantization=False)


def _locale() -> str:
    return to_locale(get_language() or "en")
