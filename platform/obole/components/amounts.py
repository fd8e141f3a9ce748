"""Amounts in pages."""

from __future__ import annotations

import re

from babel.numbers import get_decimal_symbol
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, to_locale

from payments.money import format_exact, format_for_people

MINUS = "\N{MINUS SIGN}"


def written_amount(micros: int, currency: str, *, exact: bool, sign: bool) -> SafeString:
    """The amount with its machine-readable value; with `exact` its last digits set apart."""
    written = format_for_people(abs(micros), currency, exact=exact)
    before = MINUS if micros < 0 else "+" if sign and micros > 0 else ""
    symbol = re.escape(get_decimal_symbol(to_locale(get_language() or "en")))
    below_cents = re.search(rf"(?<={symbol}\d\d)\d+", written) if exact else None
    if below_cents is None:
        text = format_html("{}{}", before, written)
    else:
        start, end = below_cents.span()
        text = format_html(
            "{}{}<small>{}</small>{}", before, written[:start], written[start:end], written[end:]
        )
    return format_html('<data class="amount" value="{}">{}</data>', format_exact(micros), text)
