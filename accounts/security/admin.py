"""The admin page of removals of second factors: asked for by one of the staff, done by another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import FactorRemoval
from accounts.security.lost_factors import (
    AlreadyAsked,
    CannotRemoveFactors,
    NoFactors,
    NotAsked,
    OnlyBySuperusers,
    SamePerson,
    ask_to_remove_factors,
    remove_factors,
)
from accounts.viewer import viewer

if TYPE_CHECKING:
    _Admin = admin.ModelAdmin[FactorRemoval]
else:
    _Admin = admin.ModelAdmin

_ASKED = ("user", "reason")
_HISTORY = ("asked_by", "asked_at", "done_by", "done_at")
_REFUSALS = {
    NoFactors: _("This account has no second factors."),
    AlreadyAsked: _("It was asked for already, and waits for somebody else to do it."),
    NotAsked: _("It is done already."),
    SamePerson: _("You asked for it, so somebody else does it."),
    OnlyBySuperusers: _("The second factors of who works for the site are for superusers."),
}


@admin.register(FactorRemoval)
class FactorRemovalAdmin(_Admin):
    """Ask by adding one; another one of the staff does what is chosen in the list."""

    list_display = ("user", "reason", "asked_by", "asked_at", "done_by", "done_at")
    list_select_related = ("user", "asked_by", "done_by")
    list_filter = (("done_at", admin.EmptyFieldListFilter),)
    list_per_page = 50
    search_fields = ("user__username__exact",)
    search_help_text = _("A user name, in full.")
    ordering = ("-pk",)
    raw_id_fields = ("user",)
    actions = ["remove"]

    @admin.action(description=_("Remove the second factors"), permissions=["change"])
    def remove(self, request: HttpRequest, removals: QuerySet[FactorRemoval]) -> None:
        """What somebody else asked for."""
        done = 0
        for removal in removals.select_related("user"):
            try:
                remove_factors(user=removal.user, by=viewer(request), at=timezone.now())
            except CannotRemoveFactors as refusal:
                said = f"{removal.user}: {_REFUSALS[type(refusal)]}"
                self.message_user(request, said, messages.ERROR)
                continue
            self.log_change(request, removal, removal.reason)
            done += 1
        if done:
            text = ngettext("%(count)d account changed.", "%(count)d accounts changed.", done)
            self.message_user(request, text % {"count": done}, messages.SUCCESS)

    def save_model(
        self, request: HttpRequest, obj: FactorRemoval, form: ModelForm[FactorRemoval], *_: Any
    ) -> None:
        """Ask for it."""
        asked = ask_to_remove_factors(
            user=obj.user, by=viewer(request), reason=obj.reason, at=timezone.now()
        )
        obj.pk = asked.pk

    def changeform_view(self, request: HttpRequest, *arguments: Any, **keywords: Any) -> Any:
        """The form; what is refused is said above it."""
        try:
            return super().changeform_view(request, *arguments, **keywords)
        except CannotRemoveFactors as refusal:
            self.message_user(request, str(_REFUSALS[type(refusal)]), messages.ERROR)
            return redirect(request.path)

    def get_readonly_fields(
        self, request: HttpRequest, obj: FactorRemoval | None = None
    ) -> tuple[str, ...]:
        """What was asked for stays as it is."""
        return () if obj is None else self.get_fields(request, obj)

    def get_fields(self, request: HttpRequest, obj: FactorRemoval | None = None) -> tuple[str, ...]:
        """With its history, once there is any."""
        return _ASKED if obj is None else (*_ASKED, *_HISTORY)

    def has_change_permission(self, request: HttpRequest, obj: FactorRemoval | None = None) -> bool:
        """The list has the deed; a row stays as it is."""
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: FactorRemoval | None = None) -> bool:
        """What was not done yet can be dropped."""
        waits = obj is not None and obj.done_at is None
        return waits and super().has_delete_permission(request, obj)
