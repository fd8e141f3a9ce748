"""The admin pages of deposits, of what goes back, and of debts."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from payments.columns import CurrencyFilter, amount
from payments.deposits.models import Debt, Deposit, Dispute, Refund, Way
from payments.deposits.stripe.models import CardEvent
from things.read_only import ReadOnlyAdmin, ReadOnlyInline

_HELP = _("The subscriber’s user name, in full.")


class RefundInline(ReadOnlyInline):
    """What of a deposit went back."""

    model = Refund
    columns = (amount("amount", _("amount")), "state", "asked_at", "asked_by", "external_id")


class DisputeInline(ReadOnlyInline):
    """Complaints about a deposit."""

    model = Dispute
    columns = (amount("amount", _("amount")), "state", "reason", "opened_at", "external_id")


class CardEventInline(ReadOnlyInline):
    """What Stripe told about a deposit, and what came of it."""

    model = CardEvent
    columns = ("type", "happened_at", "state", "did", "note")
    show_change_link = True
    ordering = ("happened_at", "id")


@admin.register(Deposit)
class DepositAdmin(ReadOnlyAdmin):
    """What came in, and what did not."""

    columns = (
        "id",
        "subscriber",
        "way",
        amount("amount", _("amount")),
        "state",
        "begun_at",
        "arrived_at",
        "external_id",
    )
    list_filter = ("way", "state", CurrencyFilter)
    list_select_related = ("subscriber",)
    search_fields = ("subscriber__username__exact", "external_id__exact", "key__exact")
    search_help_text = _("A user name, a number at the provider or a key, in full.")
    ordering = ("-id",)
    inlines = (RefundInline, DisputeInline, CardEventInline)
    exact_filters = ("state__exact=begun", "state__exact=underway")
    details = (
        "subscriber",
        "way",
        amount("amount", _("amount")),
        "state",
        "failure",
        "begun_at",
        "arrived_at",
        "external_id",
        "key",
        "transfer",
    )

    def search_branches(self, text: str) -> list[str | Q]:
        """The index of the providers’ numbers begins with the way."""
        outside = Q(way__in=Way.values, external_id=text)
        return ["subscriber__username__exact", "key__exact", outside]


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin):
    """What went back, and what is to go back."""

    columns = (
        "id",
        "deposit",
        amount("amount", _("amount")),
        "state",
        "asked_at",
        "asked_by",
        "ended_at",
        "failure",
    )
    list_filter = ("state", "deposit__way", CurrencyFilter)
    exact_filters = ("state__exact=asked", "state__exact=sent")
    list_select_related = ("deposit", "asked_by")
    search_fields = ("deposit__subscriber__username__exact", "external_id__exact")
    search_help_text = _("A user name or a number at the provider, in full.")
    ordering = ("-id",)
    details = (
        "deposit",
        amount("amount", _("amount")),
        "state",
        "failure",
        "asked_at",
        "asked_by",
        "ended_at",
        "ended_by",
        "external_id",
        "key",
        "transfer",
        "undone_by",
    )


@admin.register(Dispute)
class DisputeAdmin(ReadOnlyAdmin):
    """Payers' complaints to their banks: what the operator answers at the provider."""

    columns = (
        "external_id",
        "deposit",
        amount("amount", _("amount")),
        "reason",
        "state",
        "opened_at",
        "answer_by",
    )
    list_filter = ("state", CurrencyFilter)
    list_select_related = ("deposit",)
    search_fields = ("deposit__subscriber__username__exact", "external_id__exact")
    search_help_text = _("A user name or a number at the provider, in full.")
    ordering = ("-id",)
    details = (*columns, "chargeback", "reinstated")


@admin.register(Debt)
class DebtAdmin(ReadOnlyAdmin):
    """Wallets that owe: payments that were taken back after they were given or held."""

    columns = (
        "owner",
        amount("owed", _("owed")),
        amount("balance", _("balance")),
        amount("held", _("held")),
    )
    list_filter = (CurrencyFilter,)
    list_select_related = ("owner",)
    search_fields = ("owner__username__exact",)
    search_help_text = _HELP
    ordering = ("-owed", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Debt]:
        """Those that owe, most first."""
        return super().get_queryset(request).filter(owed__gt=0)
