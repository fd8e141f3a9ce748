"""The admin page of what Stripe told."""

from __future__ import annotations

import json

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from payments.columns import CurrencyFilter, amount
from payments.deposits.stripe.models import CardEvent, Refill, RefillPayment
from things.read_only import ReadOnlyAdmin, ReadOnlyInline


@admin.display(description=_("what it said"))
def said(event: CardEvent) -> str:
    """The parts that are used, by Stripe's names."""
    return json.dumps(event.facts, indent=1, ensure_ascii=False)


@admin.register(CardEvent)
class CardEventAdmin(ReadOnlyAdmin):
    """Each event and what came of it; those for the operator are filtered by their state."""

    columns = ("external_id", "type", "happened_at", "state", "did", "deposit", "note")
    list_filter = ("state", "did")
    exact_filters = tuple(f"state__exact={state}" for state in ("waiting", "operator", "broken"))
    list_select_related = ("deposit",)
    search_fields = (
        "external_id__exact",
        "about__exact",
        "payment__exact",
        "deposit__subscriber__username__exact",
    )
    search_help_text = _("A number at Stripe or a user name, in full.")
    ordering = ("-id",)
    details = (*columns, "about", "payment", "received_at", said)


class RefillPaymentInline(ReadOnlyInline):
    """What a refill has paid, and what failed."""

    model = RefillPayment
    columns = ("period", "deposit", "begun_at", "failed")
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[RefillPayment]:
        """With their deposits."""
        return super().get_queryset(request).select_related("deposit")


@admin.register(Refill)
class RefillAdmin(ReadOnlyAdmin):
    """Monthly refills, and what was agreed to."""

    columns = (
        "id",
        "subscriber",
        amount("amount", _("amount")),
        "day",
        "state",
        "next_on",
        "failure",
    )
    list_filter = ("state", CurrencyFilter)
    list_select_related = ("subscriber",)
    search_fields = ("subscriber__username__exact",)
    search_help_text = _("The subscriber’s user name, in full.")
    ordering = ("-id",)
    inlines = (RefillPaymentInline,)
    details = (*columns, "begun_at", "ended_at", "consent")
