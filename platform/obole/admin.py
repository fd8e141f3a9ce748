"""The admin site: Django's own, under our name and with the page of clicks."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.security.staff import second_factor_first
from accounts.staff.lists import QuickLists
from accounts.staff.logged import Logged
from accounts.staff.recording import every_deed_noted
from accounts.viewer import viewer
from obole.desk import desk_context
from payments.desk.console import console_urls
from payments.desk.explorer import explorer_urls
from things.click_pages import show_clicks


class OboleAdminSite(admin.AdminSite):
    """Where the people who run the site look things up."""

    site_header = settings.SITE_NAME
    site_title = settings.SITE_NAME
    index_title = _("Administration")
    index_template = "admin/desk/index.html"

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """The stock addresses; before them the clicks, the month ends and the ledger."""
        clicks = path("things/click/", self.admin_view(show_clicks), name="things_click")
        own = [clicks, *console_urls(self), *explorer_urls(self)]
        return [*own, *super().get_urls()]

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """The desk."""
        desk = desk_context(viewer(request), at=timezone.now())
        return super().index(request, {**desk, **(extra_context or {})})

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """The site's own sign-in, with its limits and second factors."""
        return secure_admin_login(super().login)(request, extra_context)

    def password_change(  # type: ignore[override]  # it is a redirect
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The site's own page."""
        return redirect("account_change_password")

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002
        """A page of the admin: for staff who showed a second factor in this session."""
        return super().admin_view(second_factor_first(every_deed_noted(view)), cacheable)

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Each model's pages with the log of what staff do before them, and with quick lists."""
        pages = admin_class or admin.ModelAdmin
        logged = type(pages.__name__, (Logged, QuickLists, pages), {"__doc__": pages.__doc__})
        super().register(model_or_iterable, logged, **options)

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[dict[str, Any]]:
        """The stock list, with clicks among the things."""
        apps: list[dict[str, Any]] = super().get_app_list(request, app_label)
        if request.user.has_perm("things.view_click"):
            for app in apps:
                if app["app_label"] == "things":
                    app["models"].append(_entry_of_clicks())
        return apps


def _entry_of_clicks() -> dict[str, Any]:
    return {
        "name": capfirst(str(_("clicks"))),
        "object_name": "Click",
        "perms": {"add": False, "change": False, "delete": False, "view": True},
        "admin_url": reverse("admin:things_click"),
        "add_url": None,
        "view_only": True,
    }
