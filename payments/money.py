"""Amounts: integers in micros, 1 000 000 to one unit of a currency. No floats anywhere."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from babel.numbers import format_currency, get_currency_precision
from django.utils.translation import get_language, to_locale

MICROS = 1_000_000

# A thousand million units. Nine thousand such amounts fit into one bigint balance.
MAX_AMOUNT = 10**9 * MICROS

# Whole basis points: 1000 are 10 %.
BASIS_POINTS = 10_000

_WRITTEN = re.compile(r"(?P<whole>[0-9]+)(?:\.(?P<fraction>[0-9]+))?", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)

# CLDR asks for a space in `SEK 7.00`, as it does not in `€7.00`; Babel leaves it out.
_LETTER_BEFORE_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)")


class NotAnAmount(ValueError):
    """The text is not an amount that can be given or paid; the message says why."""


def parse_amount(text: str) -> int:
    """Read a decimal amount such as `5.14` as micros, from 1 to MAX_AMOUNT.

    Raises NotAnAmount if it is not written with digits and one dot, is zero, has more than six
    decimals, or is larger than MAX_AMOUNT.
    """
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise NotAnAmount(f"“{text}” is not an amount: write it like 5.14")
    fraction = match["fraction"] or ""
    if len(fraction) > 6:
        raise NotAnAmount(f"{text} has more than six decimals")
    # Eleven digits are above MAX_AMOUNT; int() of a million digits would take its time.
    if len(match["whole"].lstrip("0")) > 10:
        raise NotAnAmount(f"{_shortened(text)} is above {format_exact(MAX_AMOUNT)}")
    amount = int(match["whole"]) * MICROS + int(fraction.ljust(6, "0"))
    if amount == 0:
        raise NotAnAmount("the amount is zero")
    if amount > MAX_AMOUNT:
        raise NotAnAmount(f"{text} is above {format_exact(MAX_AMOUNT)}")
    return amount


def is_currency_code(text: str) -> bool:
    """Whether the text has the form of an ISO 4217 code: three capital letters."""
    return _CURRENCY.fullmatch(text) is not None


def minor_unit(currency: str) -> int:
    """The micros of the smallest amount that banks move in a currency: a cent, a yen (CLDR)."""
    return int(MICROS // 10 ** get_currency_precision(currency))


def format_exact(amount: int) -> str:
    """An amount with all six decimals and a dot: `5.140000`."""
    sign = "-" if amount < 0 else ""
    whole, fraction = divmod(abs(amount), MICROS)
    return f"{sign}{whole}.{fraction:06}"


def format_trimmed(amount: int) -> str:
    """An amount exactly, with two decimals or as many more as it needs: `0.514`, `5.14`."""
    exact = format_exact(amount)
    return exact[:-4] + exact[-4:].rstrip("0")


def format_cents(amount: int) -> str:
    """An amount with two decimals, half a cent rounded up: what Flattr's report shows."""
    cents = (abs(amount) + MICROS // 200) // (MICROS // 100)
    return f"{'-' if amount < 0 else ''}{cents // 100}.{cents % 100:02}"


def format_for_people(amount: int, currency: str, *, exact: bool = False) -> str:
    """An amount as the active language writes it: `5,14 €`.

    Rounded to the currency's minor unit, or with `exact` to the last micro.
    """
    return _written(amount, currency, exact, to_locale(get_language() or "en"))


# A page shows the same share in each of its rows; writing it is most of what a row costs.
@lru_cache(maxsize=4096)
def _written(amount: int, currency: str, exact: bool, locale: str) -> str:  # noqa: FBT001
    written = format_currency(
        Decimal(amount) / MICROS, currency, locale=locale, decimal_quantization=not exact
    )
    return _LETTER_BEFORE_DIGIT.sub("\N{NO-BREAK SPACE}", written)


def _shortened(text: str) -> str:
    return text if len(text) <= 24 else f"{text[:20]}…"
