"""How pages write periods and languages."""

from __future__ import annotations

from django import template
from django.utils.formats import date_format

from things.catalogue import language_tag
from things.periods import Period

register = template.Library()


@register.filter
def month_name(period: Period) -> str:
    """The period in words of the active language: `September 2010`."""
    return date_format(period.first_day, "YEAR_MONTH_FORMAT")


register.filter("language_tag", language_tag)
