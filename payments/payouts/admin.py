"""The admin pages of payouts: batches by two people, single payouts, accounts and holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.sealing import CannotOpen
from payments.columns import CurrencyFilter, amount, called
from payments.deeds import Deed, DeedsAdmin
from payments.payouts import batching, outcomes, requesting
from payments.payouts.holds import hold_payouts, lift_hold
from payments.payouts.models import (
    Payout,
    PayoutBatch,
    PayoutDetails,
    PayoutHold,
    PayoutStep,
    Way,
)
from things.read_only import ReadOnlyAdmin, ReadOnlyInline

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    _HoldAdmin = admin.ModelAdmin[PayoutHold]
else:
    _HoldAdmin = admin.ModelAdmin

_MAKE, _APPROVE = "payments.make_payoutbatch", "payments.approve_payoutbatch"
_CREATOR_HELP = _("The creator’s user name, in full.")
_REFERENCE = called("end_to_end_id", _("reference"))


class PayoutInline(ReadOnlyInline):
    """The payouts of a batch."""

    model = Payout
    columns = (_REFERENCE, "owner", amount("amount", _("amount")), "details", "state")
    show_change_link = True
    ordering = ("id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Payout]:
        """With their creators and accounts."""
        return super().get_queryset(request).select_related("owner", "details")


@admin.register(PayoutBatch)
class PayoutBatchAdmin(DeedsAdmin):
    """Batches. One person makes them, another approves."""

    columns = (
        called("message_id", _("reference")),
        "way",
        "currency",
        "state",
        "made_by",
        "made_at",
        "approved_by",
    )
    details = (*columns, "approved_at", "sent_at")
    list_filter = ("state", "way", CurrencyFilter)
    list_select_related = ("made_by", "approved_by")
    ordering = ("-id",)
    inlines = (PayoutInline,)
    change_list_template = "admin/payments/payout_batches.html"
    refusals = (batching.BatchRefused, CannotOpen)

    def deeds_of(self, row: PayoutBatch) -> Sequence[Deed]:
        """By its state."""
        if row.state == PayoutBatch.State.MADE:
            return [
                Deed("approve", _("Approve"), _APPROVE, _approve),
                Deed("dissolve", _("Take apart again"), _MAKE, _dissolve, dangerous=True),
            ]
        label = _("Fetch the file for the bank")
        file = Deed("file", label, _MAKE, _download, download=True)
        if row.state == PayoutBatch.State.APPROVED:
            return [file, Deed("sent", _("The bank has the file"), _MAKE, _sent)]
        return [file] if row.state == PayoutBatch.State.SENT else []

    def get_urls(self) -> list[URLPattern]:
        """And that of making one."""
        make = self.admin_site.admin_view(require_POST(self.make))
        return [path("make/", make, name="payments_payoutbatch_make"), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The batches, and a button for each kind of payout that waits for one."""
        waiting = batching.waiting_payouts() if request.user.has_perm(_MAKE) else []
        return super().changelist_view(request, {**(extra_context or {}), "waiting": waiting})

    def make(self, request: HttpRequest) -> HttpResponseBase:
        """Make a batch of what waits, or go to the one that waits itself."""
        if not request.user.has_perm(_MAKE):
            raise PermissionDenied
        way, currency = request.POST.get("way", ""), request.POST.get("currency", "")
        if way not in Way.values or currency not in settings.CURRENCIES:
            raise PermissionDenied
        try:
            batch = batching.make_batch(
                way=Way(way), currency=currency, by=_staff(request), at=timezone.now()
            )
        except batching.NothingToPay as refusal:
            messages.warning(request, str(refusal))
            return redirect("admin:payments_payoutbatch_changelist")
        self.log_addition(request, batch, "make")
        return redirect("admin:payments_payoutbatch_change", batch.pk)


class PayoutStepInline(ReadOnlyInline):
    """What happened to a payout."""

    model = PayoutStep
    columns = ("state", "at", "by", "note")
    ordering = ("id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[PayoutStep]:
        """With those who did it."""
        return super().get_queryset(request).select_related("by")


@admin.register(Payout)
class PayoutAdmin(DeedsAdmin):
    """Payouts. Refused before a batch is approved; paid or returned as the bank says."""

    columns = (
        _REFERENCE,
        "owner",
        amount("amount", _("amount")),
        "way",
        "state",
        "requested_at",
    )
    details = (*columns, "details", "batch", "changed_at")
    list_filter = ("state", "way", CurrencyFilter)
    exact_filters = ("state__exact",)
    list_select_related = ("owner",)
    search_fields = ("owner__username__exact",)
    search_help_text = _CREATOR_HELP
    ordering = ("-id",)
    inlines = (PayoutStepInline,)
    refusals = (requesting.PayoutRefused, outcomes.OutcomeRefused)

    def deeds_of(self, row: Payout) -> Sequence[Deed]:
        """By its state."""
        why = _("Why (the creator is told)")
        returned = Deed(
            "returned", _("It came back"), _APPROVE, _returned, note=why, dangerous=True
        )
        match row.state:
            case Payout.State.REQUESTED:
                return [Deed("refuse", _("Refuse"), _MAKE, _refuse, note=why, dangerous=True)]
            case Payout.State.APPROVED | Payout.State.SENT:
                paid = Deed("paid", _("It is paid"), _APPROVE, _paid, note=_("Reference"))
                return [paid, returned]
            case Payout.State.PAID:
                return [returned]
        return []


@admin.register(PayoutDetails)
class PayoutDetailsAdmin(ReadOnlyAdmin):
    """Where creators are paid. The account itself is in the file for the bank alone."""

    columns = ("owner", "way", "hint", "entered_at", "usable_at", "ended_at")
    list_filter = ("way", ("ended_at", admin.EmptyFieldListFilter))
    list_select_related = ("owner",)
    search_fields = ("owner__username__exact",)
    search_help_text = _CREATOR_HELP
    ordering = ("-id",)


class PayoutHoldForm(forms.ModelForm):  # type: ignore[type-arg]  # is no generic at run time
    """A hold of all of a creator's earnings."""

    class Meta:
        model = PayoutHold
        fields = ("owner", "why")


@admin.register(PayoutHold)
class PayoutHoldAdmin(DeedsAdmin):
    """Holds. They take nothing: earnings stay where they are until somebody has looked."""

    columns = (
        "owner",
        amount("amount", _("amount")),
        "why",
        "placed_by",
        "placed_at",
        "lifted_by",
        "lifted_at",
    )
    list_filter = (("lifted_at", admin.EmptyFieldListFilter),)
    exact_filters = ("lifted_at__isempty=1",)
    list_select_related = ("owner", "placed_by", "lifted_by")
    search_fields = ("owner__username__exact",)
    search_help_text = _CREATOR_HELP
    ordering = ("-id",)
    form = PayoutHoldForm
    raw_id_fields = ("owner",)

    def deeds_of(self, row: PayoutHold) -> Sequence[Deed]:
        """Lifting it."""
        if row.lifted_at is not None:
            return []
        return [Deed("lift", _("Lift the hold"), "payments.change_payouthold", _lift)]

    def has_add_permission(self, request: HttpRequest, *_arguments: object) -> bool:
        """Whoever may place one."""
        return request.user.has_perm("payments.add_payouthold")

    def get_fields(self, request: HttpRequest, obj: object = None) -> Any:
        """A form for a new one."""
        return super().get_fields(request, obj) if obj else ("owner", "why")

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> Any:
        """All of an old one."""
        return super().get_readonly_fields(request, obj) if obj else ()

    def save_model(
        self, request: HttpRequest, obj: PayoutHold, form: object, change: object
    ) -> None:
        """Place it."""
        now = timezone.now()
        placed = hold_payouts(
            owner=obj.owner,
            why=obj.why,
            key=f"staff:{request.user.pk}:{now.isoformat()}",
            at=now,
            by=_staff(request),
        )
        obj.pk = placed.pk


def _staff(request: HttpRequest) -> User:
    return cast(User, request.user)


def _approve(request: HttpRequest, batch: PayoutBatch, _note: str) -> StrOrPromise:
    batching.approve_batch(batch_id=batch.pk, by=_staff(request), at=timezone.now())
    return gettext("Approved. Fetch the file, and take it to the bank.")


def _dissolve(_request: HttpRequest, batch: PayoutBatch, _note: str) -> StrOrPromise:
    batching.dissolve_batch(batch_id=batch.pk)
    return gettext("Its payouts wait for another batch.")


def _download(_request: HttpRequest, batch: PayoutBatch, _note: str) -> HttpResponse:
    file = batching.file_of(batch)
    headers = {
        "Content-Disposition": f'attachment; filename="{file.name}"',
        "Cache-Control": "no-store",
    }
    return HttpResponse(file.content, content_type=file.content_type, headers=headers)


def _sent(request: HttpRequest, batch: PayoutBatch, _note: str) -> StrOrPromise:
    batching.mark_sent(batch_id=batch.pk, by=_staff(request), at=timezone.now())
    return gettext("Its payouts are with the bank.")


def _refuse(request: HttpRequest, payout: Payout, note: str) -> StrOrPromise:
    requesting.refuse_payout(payout_id=payout.pk, by=_staff(request), why=note, at=timezone.now())
    return gettext("Refused. The money is the creator’s earnings again.")


def _paid(request: HttpRequest, payout: Payout, note: str) -> StrOrPromise:
    now = timezone.now()
    outcomes.mark_paid(payout_id=payout.pk, by=_staff(request), note=note, at=now)
    return gettext("It is paid.")


def _returned(request: HttpRequest, payout: Payout, note: str) -> StrOrPromise:
    now = timezone.now()
    outcomes.mark_returned(payout_id=payout.pk, by=_staff(request), note=note, at=now)
    return gettext("The money is the creator’s earnings again.")


def _lift(request: HttpRequest, hold: PayoutHold, _note: str) -> StrOrPromise:
    lift_hold(hold_id=hold.pk, by=_staff(request), at=timezone.now())
    return gettext("The hold is lifted.")
