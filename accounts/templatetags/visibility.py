"""The field in which a giver chooses who learns of it."""

from __future__ import annotations

from django import template

from accounts.visibility import Visibility

register = template.Library()


@register.inclusion_tag("accounts/visibility_field.html")
def visibility_field(chosen: int, label: str, *, unseen: bool = False) -> dict[str, object]:
    """A select named `visibility` with its label, which is only read out where `unseen`."""
    return {"choices": list(Visibility), "chosen": chosen, "label": label, "unseen": unseen}
