"""Links of the admin into the ledger explorer."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import Model
from django.urls import reverse

from payments.desk.causes import causes_transfers
from payments.desk.explorer import VIEW
from payments.ledger.models import LedgerAccount, Transfer

register = template.Library()


@register.simple_tag(takes_context=True)
def transfers_of_row(context: dict[str, Any], row: Model | None) -> str:
    """Where the ledger explorer shows what a row caused; empty where it shows nothing, or not to
    the viewer."""
    request = context.get("request")
    if row is None or request is None or not request.user.has_perm(VIEW):
        return ""
    if isinstance(row, LedgerAccount):
        return reverse("admin:ledger_account", args=[row.pk])
    if isinstance(row, Transfer):
        return reverse("admin:ledger_transfer", args=[row.pk])
    if not causes_transfers(type(row)):
        return ""
    model = row._meta.concrete_model or type(row)
    return reverse("admin:ledger_of", args=[model._meta.label_lower, row.pk])
