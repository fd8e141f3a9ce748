"""The page of the admin on which a person or a thing is suspended and restored, with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.staff.logged import before_of
from accounts.staff.models import REASON_LENGTH, StaffEntry
from accounts.staff.recording import Act, note_act
from accounts.staff.snapshots import difference, snapshot

if TYPE_CHECKING:
    _Admin = admin.ModelAdmin[Any]
else:
    _Admin = admin.ModelAdmin


class SuspensionForm(forms.Form):
    """Why, in words that the person reads."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_LENGTH,
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"}),
        help_text=_("The person reads it, in a mail and on their pages."),
    )


class SuspendingAdmin(_Admin):
    """Offers the page at `…/suspension/` of each row, to who has `suspend_permission`."""

    change_form_template = "admin/conduct/change_form.html"
    suspend_permission = ""
    # What the deed refuses with: told to the person; everything else goes up.
    suspension_refusals: tuple[type[Exception], ...] = ()

    def suspended(self, row: Any) -> bool:
        """Whether it is suspended now."""
        raise NotImplementedError

    def do_suspension(self, request: HttpRequest, row: Any, reason: str, *, suspend: bool) -> None:
        """Suspend or restore it."""
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern]:
        """Before those of Django, whose last one takes every address."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_suspension"
        view = self.admin_site.admin_view(self.suspension_view)
        return [path("<path:object_id>/suspension/", view, name=name), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The stock page, with the way to this one."""
        may = request.user.has_perm(self.suspend_permission)
        address = self._address(object_id, "suspension") if may else ""
        context = {"suspension_url": address, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def suspension_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for the reason, and do it."""
        if not request.user.has_perm(self.suspend_permission):
            raise PermissionDenied
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        form = SuspensionForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            self._do(request, row, form.cleaned_data["reason"])
            return redirect(self._address(object_id, "change"))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _t("Restore") if self.suspended(row) else _t("Suspend"),
            "row": row,
            "suspended": self.suspended(row),
            "form": form,
        }
        return TemplateResponse(request, "admin/conduct/suspension.html", context)

    def _do(self, request: HttpRequest, row: Any, reason: str) -> None:
        suspend = request.POST.get("to") != "restored"
        deed = "suspend" if suspend else "restore"
        outcome = StaffEntry.Outcome.DONE
        try:
            self.do_suspension(request, row, reason, suspend=suspend)
        except self.suspension_refusals as refusal:
            outcome = StaffEntry.Outcome.REFUSED
            messages.error(request, str(refusal))
        else:
            done = _t("It is suspended.") if suspend else _t("It is restored.")
            messages.success(request, f"{row}: {done}")
            # Into the row's own history; the staff log has it below.
            super().log_change(request, row, f"{deed}: {reason}")
        before, after = difference(self.model, before_of(request).get(row.pk, {}), snapshot(row))
        act = Act(
            StaffEntry.Kind.DEED,
            deed=deed,
            row=row,
            before=before,
            after=after,
            reason=reason,
            outcome=outcome,
        )
        note_act(request, act)

    def _address(self, object_id: str, page: str) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}"
        return reverse(name, args=[object_id])
