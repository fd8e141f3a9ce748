"""Amounts as Stripe writes them: whole minor units, and two exceptions."""

from __future__ import annotations

from payments.money import MICROS, minor_unit

# Stripe counts hundredths of these, though nobody can pay hundredths of them.
# https://docs.stripe.com/currencies#special-cases
_HUNDREDTHS = frozenset({"ISK", "UGX"})


def to_stripe(amount: int, currency: str) -> int:
    """Micros, whole minor units of the currency, as Stripe counts: 5.14 EUR are 514, 5 JPY are 5.

    Raises ValueError where the amount is not whole.
    """
    units, rest = divmod(amount, _unit(currency))
    if rest:
        raise ValueError(f"{amount} micros of {currency} are not whole minor units")
    return units


def from_stripe(units: int, currency: str) -> int:
    """What Stripe counts, in micros."""
    return units * _unit(currency)


def _unit(currency: str) -> int:
    return MICROS // 100 if currency in _HUNDREDTHS else minor_unit(currency)
