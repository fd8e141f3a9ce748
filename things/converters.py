"""Periods in addresses: `/months/2010-09/`."""

from __future__ import annotations

from django.urls import register_converter
from django.urls.converters import get_converters

from things.periods import Period


class PeriodConverter:
    """`YYYY-MM`, both ways; what is no month matches no address."""

    regex = "[0-9]{4}-[0-9]{2}"

    def to_python(self, text: str) -> Period:
        """The period. Raises NotAPeriod, a ValueError, which Django takes for no match."""
        return Period.parse(text)

    def to_url(self, period: Period) -> str:
        """`YYYY-MM`."""
        return str(period)


def register_period() -> None:
    """Let address patterns say `<period:period>`; a second call changes nothing."""
    if "period" not in get_converters():
        register_converter(PeriodConverter, "period")
