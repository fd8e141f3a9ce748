"""The admin page of tips: read only, with the two things that an operator may have to do."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from payments.columns import CurrencyFilter, amount
from payments.deeds import Deed, DeedsAdmin
from payments.tips.models import Tip
from payments.tips.taking_back import TipSpent, remove_note, take_back_tip

_CHANGE = "payments.change_tip"


class ReportedFilter(admin.EmptyFieldListFilter):
    """Those whose note was reported, or not."""


@admin.register(Tip)
class TipAdmin(DeedsAdmin):
    """Tips. One is taken back where it was given with money that was not the giver's."""

    columns = (
        "id",
        "giver",
        "creator",
        amount("amount", _("amount")),
        amount("fee", _("fee")),
        "given_at",
        "reported_at",
        "taken_back_at",
    )
    details = (*columns, "thing", "note", "visibility", "key")
    list_filter = (
        CurrencyFilter,
        ("reported_at", ReportedFilter),
        ("taken_back_at", ReportedFilter),
    )
    list_select_related = ("giver", "creator")
    exact_filters = ("reported_at__isempty=0",)
    search_fields = ("giver__username__exact", "creator__username__exact")
    search_help_text = _("The user name of the giver or the creator, in full.")
    ordering = ("-id",)
    refusals = (TipSpent,)

    def deeds_of(self, row: Tip) -> Sequence[Deed]:
        """Both, as far as there is something to do."""
        deeds = []
        if row.taken_back_at is None:
            deeds.append(
                Deed("take_back", _("Take back"), _CHANGE, _take_back, _("Why"), dangerous=True)
            )
        if row.note:
            deeds.append(Deed("remove_note", _("Remove the note"), _CHANGE, _remove, _("Why")))
        return deeds


def _take_back(_request: HttpRequest, tip: Tip, _note: str) -> str:
    take_back_tip(tip_id=tip.pk, at=timezone.now())
    return gettext("It is back in the giver’s wallet, with the fee.")


def _remove(_request: HttpRequest, tip: Tip, _note: str) -> str:
    remove_note(tip_id=tip.pk)
    return gettext("The note is gone.")
