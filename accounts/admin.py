"""The admin pages of people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.contrib.auth import admin as stock
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from oauth2_provider.models import AccessToken, DeviceGrant, Grant, IDToken, RefreshToken

from accounts.conduct.admin import SuspendingAdmin, SuspensionForm
from accounts.conduct.looking import PERMISSION, LookRefused, begin_looking
from accounts.conduct.middleware import KEY
from accounts.conduct.suspending import SuspensionRefused, restore_user, suspend_user
from accounts.mail.admin import MailAdmin
from accounts.models import Application, User
from accounts.privacy.leaving import CannotLeave, delete_account, reasons_to_stay, rest_of
from accounts.security.admin import FactorRemovalAdmin
from accounts.security.models import REASON_LENGTH
from accounts.staff.admin import StaffEntryAdmin
from accounts.staff.models import StaffEntry
from accounts.staff.recording import Act, note_act
from accounts.viewer import viewer

__all__ = ["FactorRemovalAdmin", "GroupAdmin", "MailAdmin", "StaffEntryAdmin", "UserAdmin"]

if TYPE_CHECKING:
    _UserAdmin = stock.UserAdmin[User]
else:
    _UserAdmin = stock.UserAdmin
admin.site.unregister(Group)


APPOINT, SUSPEND = "accounts.appoint_user", "accounts.suspend_user"

# Tokens, codes, second factors and sessions are nobody's to read or make: people see to them on
# their own pages. Both libraries come before this app in INSTALLED_APPS, so their pages of the
# admin are there to be taken away.
_NOBODYS = (Application, AccessToken, DeviceGrant, Grant, IDToken, RefreshToken)
for _model in (*_NOBODYS, Authenticator, EmailAddress, UserSession):
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)


@admin.register(Group)
class GroupAdmin(stock.GroupAdmin):
    """What groups of the staff may do, in a list that is read without a mouse."""

    filter_horizontal = ()


class ReasonedActionForm(ActionForm):
    """What is done to many has a reason too."""

    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=REASON_LENGTH, help_text=""
    )


@admin.register(User)
class UserAdmin(SuspendingAdmin, _UserAdmin):
    """People. An operator suspends here, lifts a suspension, and deletes an account."""

    list_display = ("username", "display_name", "email", "suspended", "is_staff", "date_joined")
    list_filter = ("suspended", "is_staff", "is_active")
    list_per_page = 50
    search_fields = (
        "username__startswith",
        "username__has_part",
        "display_name__has_part",
        "email__has_part",
    )
    search_help_text = _("A part of a name or an address: three letters at least.")
    ordering = ("username",)
    actions = ["suspend", "lift_suspension"]
    delete_confirmation_template = "admin/accounts/user_delete.html"
    fieldsets = (
        (None, {"fields": ("username", "password", "suspended", "suspension_reason")}),
        (
            _("Person"),
            {"fields": ("display_name", "email", "language", "time_zone", "visibility")},
        ),
        (
            _("Permissions"),
            {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")},
        ),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("username", "email", "usable_password", "password1", "password2"),
            },
        ),
    )
    # Django's pair of boxes needs a script, and explains itself to the mouse alone.
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined", "suspended", "suspension_reason")
    action_form = ReasonedActionForm
    suspend_permission = SUSPEND
    suspension_refusals = (SuspensionRefused,)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Staff are changed by who may appoint them, superusers by superusers."""
        asking = viewer(request)
        if asking.is_superuser or obj is None:
            return super().has_change_permission(request, obj)
        if obj.is_superuser or (obj.is_staff and not asking.has_perm(APPOINT)):
            return False
        return super().has_change_permission(request, obj)

    def has_suspend_permission(self, request: HttpRequest) -> bool:
        """Who may suspend."""
        return viewer(request).has_perm(SUSPEND)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """What this person may not change of that one: see docs/staff.md."""
        asking = viewer(request)
        if asking.is_superuser:
            return self.readonly_fields
        fixed = {"username", "email", "password", "is_superuser", "user_permissions", "is_active"}
        if not asking.has_perm(APPOINT) or obj == asking:
            fixed |= {"is_staff", "groups"}
        if asking.has_perm(APPOINT) and obj != asking:
            fixed -= {"email", "is_active"}
        # Who makes a user types all of it but what makes them powerful.
        if obj is None:
            fixed -= {"username", "email", "password"}
        return (*self.readonly_fields, *sorted(fixed))

    def user_change_password(
        self, request: HttpRequest, *arguments: Any, **keywords: Any
    ) -> HttpResponse:
        """Not for staff: people set theirs by mail. It would open their account."""
        if not viewer(request).is_superuser:
            raise PermissionDenied
        return super().user_change_password(request, *arguments, **keywords)

    @admin.action(description=_("Suspend the chosen users"), permissions=["suspend"])
    def suspend(self, request: HttpRequest, users: QuerySet[User]) -> None:
        """From now on they neither give nor get."""
        self._do_each(request, users.filter(suspended=False), suspend=True)

    @admin.action(description=_("Lift the suspension of the chosen users"), permissions=["suspend"])
    def lift_suspension(self, request: HttpRequest, users: QuerySet[User]) -> None:
        """From now on they give and get again."""
        self._do_each(request, users.filter(suspended=True), suspend=False)

    def suspended(self, row: User) -> bool:
        """Whether they are."""
        return row.suspended

    def do_suspension(self, request: HttpRequest, row: User, reason: str, *, suspend: bool) -> None:
        """Suspend or restore them, and tell them. Raises SuspensionRefused."""
        deed = suspend_user if suspend else restore_user
        deed(user=row, reason=reason, by=viewer(request), at=timezone.now())

    def get_urls(self) -> list[URLPattern]:
        """With the page that asks why somebody looks."""
        view = self.admin_site.admin_view(self.look_view)
        look = path("<path:object_id>/look/", view, name="accounts_user_look")
        return [look, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The stock page, with the way to theirs."""
        may = viewer(request).has_perm(PERMISSION)
        address = reverse("admin:accounts_user_look", args=[object_id]) if may else ""
        context = {"look_url": address, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def look_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for the reason, and begin. See Note [Looking is not signing in]."""
        if not viewer(request).has_perm(PERMISSION):
            raise PermissionDenied
        user = self.get_object(request, object_id)
        if user is None:
            raise Http404
        form = SuspensionForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            return self._look(request, user, form.cleaned_data["reason"])
        context = {
            **self.admin_site.each_context(request),
            "title": _("Look at their pages"),
            "row": user,
            "minutes": settings.LOOK_MINUTES,
            "form": form,
        }
        return TemplateResponse(request, "admin/conduct/look.html", context)

    def _look(self, request: HttpRequest, user: User, reason: str) -> HttpResponse:
        staff, outcome = viewer(request), StaffEntry.Outcome.DONE
        try:
            looking = begin_looking(user=user, by=staff, reason=reason, at=timezone.now())
        except LookRefused as refusal:
            outcome = StaffEntry.Outcome.REFUSED
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            request.session[KEY] = looking.pk
        deed = Act(
            StaffEntry.Kind.DEED, deed="begin_look", row=user, reason=reason, outcome=outcome
        )
        note_act(request, deed)
        done = outcome is StaffEntry.Outcome.DONE
        return redirect("front" if done else reverse("admin:accounts_user_change", args=[user.pk]))

    def _do_each(self, request: HttpRequest, users: QuerySet[User], *, suspend: bool) -> None:
        reason = _reason(request)
        if not reason:
            self.message_user(request, _("Say why."), messages.ERROR)
            return
        done = 0
        for user in users:
            try:
                self.do_suspension(request, user, reason, suspend=suspend)
            except SuspensionRefused as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
            else:
                done += 1
                self.log_change(request, user, [{"changed": {"fields": ["suspended"]}}])
        text = ngettext("%(count)d user changed.", "%(count)d users changed.", done)
        self.message_user(request, text % {"count": done}, messages.SUCCESS)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Accounts are deleted one by one, each with its reason."""
        offered: dict[str, Any] = super().get_actions(request)
        offered.pop("delete_selected", None)
        return offered

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """The account itself; in the place of protected rows, what is to be settled first."""
        now = timezone.now()
        reasons = [reason for user in objs for reason in reasons_to_stay(user, at=now)]
        if any(user.is_staff for user in objs):
            reasons.append(str(_("Who works for the site must be released first.")))
        return [str(user) for user in objs], {}, set(), reasons

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The same deletion as everybody's own, which keeps the books; with a reason."""
        user = self.get_object(request, object_id)
        if not self.has_delete_permission(request, user):
            raise PermissionDenied
        context = {**(extra_context or {}), "rest": []}
        if user is not None:
            context["rest"] = rest_of(user, at=timezone.now())
        if request.method == "POST" and not _reason(request):
            self.message_user(request, _("Say why."), messages.ERROR)
            return redirect(request.path)
        try:
            return super().delete_view(request, object_id, context)
        except CannotLeave as refusal:
            self.message_user(request, " ".join(refusal.reasons), messages.ERROR)
            return redirect(request.path)

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        """Delete the account. Raises CannotLeave."""
        delete_account(user=obj, at=timezone.now())
        deed = Act(StaffEntry.Kind.DEED, deed="delete_account", row=obj, reason=_reason(request))
        note_act(request, deed)


def _reason(request: HttpRequest) -> str:
    return " ".join(request.POST.get("reason", "").split())[:REASON_LENGTH]
