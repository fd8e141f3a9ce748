"""Counts of a list in templates: `{{ counts|count_for:thing.pk }}`."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

register = template.Library()


@register.filter
def count_for(counts: Mapping[int, int], thing_id: int) -> int:
    """The count of a thing among those of a list."""
    return counts.get(thing_id, 0)
