"""The staff log in the admin: read by those who may, written by nobody."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.staff.models import StaffEntry

if TYPE_CHECKING:
    _Admin = admin.ModelAdmin[StaffEntry]
else:
    _Admin = admin.ModelAdmin


@admin.register(StaffEntry)
class StaffEntryAdmin(_Admin):
    """Latest first."""

    list_display = (
        "at",
        "who",
        "kind",
        "deed",
        "subject",
        "called_or_row",
        "about",
        "reason",
        "outcome",
    )
    list_filter = ("kind", "outcome")
    list_select_related = ("staff", "about")
    exact_filters = ("kind__exact", "outcome__exact=refused", "outcome__exact=failed")
    list_per_page = 50
    search_fields = (
        "staff__username__exact",
        "about__username__exact",
        "operator__exact",
    )
    search_help_text = _("The user name of who did it, or of whom it concerns, in full.")
    ordering = ("-id",)
    actions = None
    fields = readonly_fields = (
        "at",
        "who",
        "address",
        "kind",
        "outcome",
        "deed",
        "subject",
        "row",
        "called",
        "about",
        "reason",
        "was",
        "became",
    )

    @admin.display(description=_("who"))
    def who(self, entry: StaffEntry) -> str:
        """A person, or the login that ran a command."""
        return entry.staff.username if entry.staff else entry.operator

    @admin.display(description=_("row"))
    def called_or_row(self, entry: StaffEntry) -> str:
        """What it is called, else its number."""
        return entry.called or entry.row

    @admin.display(description=_("before"))
    def was(self, entry: StaffEntry) -> str:
        """What changed, as it was."""
        return _listed(entry.before)

    @admin.display(description=_("after"))
    def became(self, entry: StaffEntry) -> str:
        """What changed, as it became."""
        return _listed(entry.after)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: StaffEntry | None = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: StaffEntry | None = None) -> bool:
        """Nobody."""
        return False


def _listed(columns: dict[str, str | None]) -> str:
    if not columns:
        return "–"
    return format_html("<pre>{}</pre>", json.dumps(columns, ensure_ascii=False, indent=2))
