"""The admin pages of corrections: proposed by a form, approved by a second person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.viewer import viewer
from payments.columns import CurrencyFilter, amount
from payments.deeds import Deed
from payments.ledger.models import Transfer
from payments.ledger.posting import AlreadyCorrected, NotEnough
from payments.made_by_deeds import DeedForm, MadeByDeedAdmin, thing_named
from payments.money import MICROS
from payments.settlement.corrections.deciding import (
    CorrectionRefused,
    Wanted,
    approve_correction,
    propose_correction,
    refuse_correction,
)
from payments.settlement.corrections.models import Correction, ReversedClick
from payments.settlement.corrections.reversing import NothingToTakeBack, NotSettled
from things.periods import Period
from things.read_only import PeriodFilter, ReadOnlyAdmin

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_APPROVE = "payments.approve_correction"


class CorrectionForm(DeedForm):
    """Clicks of a settled month, or a transfer; and why."""

    period_text = forms.CharField(
        label=_("Month"), required=False, help_text=_("Of the clicks, such as 2010-09.")
    )
    subscriber_name = forms.CharField(label=_("Subscriber"), required=False)
    thing_text = forms.CharField(label=_("Thing (address or number)"), required=False)
    transfer_key = forms.CharField(
        label=_("Key of the transfer"),
        required=False,
        help_text=_("Instead of clicks: another transfer, or a part of it."),
    )
    transfer_amount = forms.DecimalField(
        label=_("Amount of the transfer"),
        required=False,
        min_value=0,
        max_digits=18,
        decimal_places=6,
        help_text=_("In units of its currency; without it, all that is left."),
    )

    class Meta:
        model = Correction
        fields = ("reason", "evidence")

    def do(self, said: dict[str, Any]) -> Correction:
        """Propose it."""
        return propose_correction(
            self._wanted(said),
            reason=said["reason"],
            evidence=said["evidence"],
            by=self.by,
            at=timezone.now(),
        )

    def _wanted(self, cleaned: dict[str, Any]) -> Wanted:
        if key := cleaned["transfer_key"]:
            transfer = Transfer.objects.get(key=key)
            left = Transfer.objects.filter(pk=transfer.pk).remaining()[transfer.pk]
            asked = cleaned["transfer_amount"]
            return Wanted(transfer=transfer, amount=left if asked is None else int(asked * MICROS))
        if not cleaned["subscriber_name"] and not cleaned["thing_text"]:
            raise forms.ValidationError(_("Name a subscriber, a thing, or a transfer."))
        name, text = cleaned["subscriber_name"], cleaned["thing_text"]
        return Wanted(
            period=Period.parse(cleaned["period_text"]),
            subscriber=User.objects.get(username__iexact=name) if name else None,
            thing=thing_named(text) if text else None,
        )


@admin.register(Correction)
class CorrectionAdmin(MadeByDeedAdmin):
    """One person proposes, another approves; then the mirror transfers are posted."""

    columns = (
        "id",
        "kind",
        "period",
        "subscriber",
        "thing",
        "state",
        amount("moved", _("taken back")),
        "reason",
        "proposed_by",
        "decided_by",
    )
    details = (
        "kind",
        "state",
        "period",
        "subscriber",
        "thing",
        "transfer",
        amount("amount", _("proposed amount")),
        amount("moved", _("taken back")),
        "reason",
        "evidence",
        "proposed_by",
        "proposed_at",
        "decided_by",
        "decided_at",
    )
    list_filter = ("state", "kind")
    exact_filters = ("state__exact=proposed",)
    list_select_related = ("subscriber", "thing", "proposed_by", "decided_by")
    search_fields = ("subscriber__username__exact", "transfer__key__exact")
    search_help_text = _("A subscriber’s user name or a transfer’s key, in full.")
    ordering = ("-id",)
    form = CorrectionForm
    asked = (
        "period_text",
        "subscriber_name",
        "thing_text",
        "transfer_key",
        "transfer_amount",
        "reason",
        "evidence",
    )
    refusals = (CorrectionRefused, NotSettled, NothingToTakeBack, NotEnough, AlreadyCorrected)

    def deeds_of(self, row: Correction) -> Sequence[Deed]:
        """While it waits."""
        if row.state != Correction.State.PROPOSED:
            return []
        approve = _("Approve, and take it back")
        return [
            Deed("approve", approve, _APPROVE, _approve, dangerous=True),
            Deed("refuse", _("Refuse"), _APPROVE, _refuse),
        ]

    def has_add_permission(self, request: HttpRequest, *_arguments: object) -> bool:
        """Who may propose."""
        return request.user.has_perm("payments.add_correction")


@admin.register(ReversedClick)
class ReversedClickAdmin(ReadOnlyAdmin):
    """Clicks whose share went back."""

    columns = (
        "period",
        "subscriber",
        "thing",
        "creator",
        amount("share", _("share")),
        "correction",
    )
    list_filter = (PeriodFilter, CurrencyFilter)
    list_select_related = ("subscriber", "thing", "creator", "correction")
    search_fields = ("subscriber__username__exact", "creator__username__exact")
    search_help_text = _("A user name, in full.")
    ordering = ("-id",)


def _approve(request: HttpRequest, proposed: Correction, _note: str) -> StrOrPromise:
    approve_correction(correction_id=proposed.pk, by=viewer(request), at=timezone.now())
    return _t("It is taken back; those concerned see it in their statements.")


def _refuse(request: HttpRequest, proposed: Correction, _note: str) -> StrOrPromise:
    refuse_correction(correction_id=proposed.pk, by=viewer(request), at=timezone.now())
    return _t("It is refused; nothing moved.")
