"""The arithmetic of the month end: pure functions of integers, in micros.

The SQL in `payments.settlement.statements` does the same for a million rows, and the tests hold
one against the other.
"""

from __future__ import annotations

from payments.money import BASIS_POINTS


def divide(budget: int, clicks: int) -> tuple[int, int]:
    """The share of each click and the remainder, both in micros.

    `share * clicks + remainder == budget` and `0 <= remainder < clicks`; without clicks the
    share is 0 and the whole budget remains. Raises ValueError if an argument is negative.
    """
    if budget < 0 or clicks < 0:
        raise ValueError(f"a budget of {budget} micros cannot be divided by {clicks} clicks")
    if clicks == 0:
        return 0, budget
    return divmod(budget, clicks)


def fee_of(gross: int, basis_points: int) -> int:
    """The fee on a creator's gross of a period, in micros, rounded down.

    Raises ValueError if the gross is negative or the fee is not from 0 to 10 000 basis points.
    """
    if gross < 0 or not 0 <= basis_points <= BASIS_POINTS:
        raise ValueError(f"no fee of {basis_points} basis points on {gross} micros")
    return gross * basis_points // BASIS_POINTS
