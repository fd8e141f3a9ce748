"""How pages write the lines of statements: `{{ transfer.line|line_name }}`."""

from __future__ import annotations

from django import template

from payments.giving.wallets import Line

register = template.Library()


@register.filter
def line_name(line: str) -> str:
    """For what money came or went, in words."""
    return str(Line(line).label)
