"""The admin pages of exclusions: made by a form with a reason, undone until the settlement."""

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
from payments.clicking.exclusions.excluding import (
    ExclusionRefused,
    exclude_click,
    exclude_thing,
    undo_exclusion,
)
from payments.clicking.exclusions.models import Exclusion
from payments.deeds import Deed
from payments.made_by_deeds import DeedForm, MadeByDeedAdmin, thing_named
from things.partitions import PeriodSealed, is_sealed
from things.periods import Period
from things.read_only import PeriodFilter

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_CHANGE = "payments.change_exclusion"


class ExclusionForm(DeedForm):
    """A month, a thing, and whose click on it, or everybody's; and why."""

    period_text = forms.CharField(label=_("Month"), help_text=_("Not settled yet, as 2010-09."))
    thing_text = forms.CharField(label=_("Thing (address or number)"))
    subscriber_name = forms.CharField(
        label=_("Subscriber"),
        required=False,
        help_text=_("Whose click. Left empty, all clicks on the thing are excluded."),
    )

    class Meta:
        model = Exclusion
        fields = ("reason",)

    def do(self, said: dict[str, Any]) -> Exclusion:
        """Exclude it."""
        name = said["subscriber_name"].strip()
        period = Period.parse(said["period_text"].strip())
        thing = thing_named(said["thing_text"].strip())
        reason, now = said["reason"], timezone.now()
        if not name:
            return exclude_thing(period=period, thing=thing, reason=reason, by=self.by, at=now)
        return exclude_click(
            period=period,
            subscriber=User.objects.get(username__iexact=name),
            thing=thing,
            reason=reason,
            by=self.by,
            at=now,
        )


@admin.register(Exclusion)
class ExclusionAdmin(MadeByDeedAdmin):
    """What takes no part in a month's division."""

    columns = ("id", "period", "thing", "subscriber", "reason", "excluded_by", "undone_at")
    details = (
        "period",
        "thing",
        "subscriber",
        "reason",
        "excluded_by",
        "excluded_at",
        "undone_by",
        "undone_at",
    )
    list_filter = (PeriodFilter, ("undone_at", admin.EmptyFieldListFilter))
    list_select_related = ("thing", "subscriber", "excluded_by")
    search_fields = ("subscriber__username__exact", "thing__url__startswith")
    search_help_text = _("A subscriber’s user name, in full, or the start of an address.")
    ordering = ("-id",)
    form = ExclusionForm
    asked = ("period_text", "thing_text", "subscriber_name", "reason")
    refusals = (ExclusionRefused, PeriodSealed)

    def deeds_of(self, row: Exclusion) -> Sequence[Deed]:
        """Until the settlement."""
        if row.undone_at is not None or is_sealed(row.period):
            return []
        return [Deed("undo", _("Let it take part again"), _CHANGE, _undo, note=_("Reason"))]

    def has_add_permission(self, request: HttpRequest, *_arguments: object) -> bool:
        """Who may exclude."""
        return request.user.has_perm("payments.add_exclusion")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What a link names: the address of a click's page has all three."""
        return {name: request.GET[name] for name in self.asked if name in request.GET}


def _undo(request: HttpRequest, excluded: Exclusion, _note: str) -> StrOrPromise:
    undo_exclusion(exclusion_id=excluded.pk, by=viewer(request), at=timezone.now())
    return _t("It takes part again.")
