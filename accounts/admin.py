"""The admin pages of people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth import admin as stock
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from oauth2_provider.models import AccessToken, DeviceGrant, Grant, IDToken, RefreshToken

from accounts.mail.admin import MailAdmin
from accounts.models import Application, User
from accounts.staff.admin import StaffEntryAdmin

__all__ = ["MailAdmin", "StaffEntryAdmin", "UserAdmin"]

if TYPE_CHECKING:
    _UserAdmin = stock.UserAdmin[User]
else:
    _UserAdmin = stock.UserAdmin


# Tokens, codes, second factors and sessions are nobody's to read or make: people see to them on
# their own pages. Both libraries come before this app in INSTALLED_APPS, so their pages of the
# admin are there to be taken away.
_NOBODYS = (Application, AccessToken, DeviceGrant, Grant, IDToken, RefreshToken)
for _model in (*_NOBODYS, Authenticator, EmailAddress, UserSession):
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)


@admin.register(User)
class UserAdmin(_UserAdmin):
    """People. An operator suspends here, and lifts a suspension."""

    list_display = ("username", "display_name", "email", "suspended", "is_staff", "date_joined")
    list_filter = ("suspended", "is_staff", "is_active")
    list_per_page = 50
    search_fields = ("username", "display_name", "email")
    ordering = ("username",)
    sortable_by = ("username",)
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = ["suspend", "lift_suspension"]
    fieldsets = (
        (None, {"fields": ("username", "password", "suspended")}),
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
    readonly_fields = ("last_login", "date_joined")

    @admin.action(description=_("Suspend the chosen users"), permissions=["change"])
    def suspend(self, request: HttpRequest, users: QuerySet[User]) -> None:
        """From now on they neither give nor get."""
        self._set_suspended(request, users.filter(suspended=False), to=True)

    @admin.action(description=_("Lift the suspension of the chosen users"), permissions=["change"])
    def lift_suspension(self, request: HttpRequest, users: QuerySet[User]) -> None:
        """From now on they give and get again."""
        self._set_suspended(request, users.filter(suspended=True), to=False)

    def _set_suspended(self, request: HttpRequest, users: QuerySet[User], *, to: bool) -> None:
        # One row after the other: each change is written to the admin's log.
        changed = list(users)
        for user in changed:
            user.suspended = to
            user.save(update_fields=["suspended"])
            self.log_change(request, user, [{"changed": {"fields": ["suspended"]}}])
        text = ngettext("%(count)d user changed.", "%(count)d users changed.", len(changed))
        self.message_user(request, text % {"count": len(changed)}, messages.SUCCESS)
