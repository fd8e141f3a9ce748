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
from payments.deeds import Deed, DeedsAdmin
from things.aliases.finding import thing_at
from things.models import Thing
from things.partitions import PeriodSealed, is_sealed
from things.periods import NotAPeriod, Period
from things.read_only import PeriodFilter

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_REFUSALS = (ExclusionRefused, PeriodSealed)
_CHANGE = "payments.change_exclusion"


class ExclusionForm(forms.ModelForm):  # type: ignore[type-arg]  # is no generic at run time
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

    def clean(self) -> dict[str, Any]:
        """Find what is named."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        name = cleaned["subscriber_name"].strip()
        try:
            self.period = Period.parse(cleaned["period_text"].strip())
            self.thing = _thing(cleaned["thing_text"].strip())
            self.subscriber = User.objects.get(username__iexact=name) if name else None
        except (NotAPeriod, User.DoesNotExist, Thing.DoesNotExist) as error:
            raise forms.ValidationError(str(error)) from error
        return cleaned


@admin.register(Exclusion)
class ExclusionAdmin(DeedsAdmin):
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
    refusals = _REFUSALS

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
        names = ("period_text", "thing_text", "subscriber_name")
        return {name: request.GET[name] for name in names if name in request.GET}

    def get_fields(self, request: HttpRequest, obj: object = None) -> Any:
        """A form for a new one."""
        names = ("period_text", "thing_text", "subscriber_name", "reason")
        return super().get_fields(request, obj) if obj else names

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> Any:
        """All of an old one."""
        return super().get_readonly_fields(request, obj) if obj else ()

    def get_form(self, request: HttpRequest, *arguments: Any, **keywords: Any) -> Any:
        """The form, which refuses as the deed does."""
        form = super().get_form(request, *arguments, **keywords)
        if not issubclass(form, ExclusionForm):
            return form

        class Excluding(form):  # type: ignore[misc, valid-type]
            def clean(inner) -> dict[str, Any]:  # noqa: N805  # the form, not the page
                cleaned: dict[str, Any] = super().clean()
                if not inner.errors and hasattr(inner, "thing"):
                    _exclude(inner, viewer(request))
                return cleaned

        return Excluding

    def save_model(self, request: HttpRequest, obj: Exclusion, form: Any, change: object) -> None:
        """It is written down already: the form's refusals are the deed's."""
        obj.pk = form.excluded.pk
        obj.refresh_from_db()


def _thing(text: str) -> Thing:
    if text.isdecimal() and len(text) < 19:
        return Thing.objects.get(pk=int(text))
    found = thing_at(text)
    if found is None:
        raise Thing.DoesNotExist(_t("There is no such thing."))
    return found


def _exclude(form: Any, by: User) -> None:
    reason, now = form.cleaned_data["reason"], timezone.now()
    try:
        if form.subscriber is None:
            form.excluded = exclude_thing(
                period=form.period, thing=form.thing, reason=reason, by=by, at=now
            )
        else:
            form.excluded = exclude_click(
                period=form.period,
                subscriber=form.subscriber,
                thing=form.thing,
                reason=reason,
                by=by,
                at=now,
            )
    except _REFUSALS as refusal:
        form.add_error(None, str(refusal))


def _undo(request: HttpRequest, excluded: Exclusion, _note: str) -> StrOrPromise:
    undo_exclusion(exclusion_id=excluded.pk, by=viewer(request), at=timezone.now())
    return _t("It takes part again.")
