"""The outbox in the admin: what went, what waits and what was given up. Never what it says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.mail.kinds import Kind
from accounts.mail.models import Mail

if TYPE_CHECKING:
    _Admin = admin.ModelAdmin[Mail]
else:
    _Admin = admin.ModelAdmin


class KindFilter(admin.SimpleListFilter):
    """The kinds in words."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: object) -> Iterator[tuple[str, Any]]:
        """All that the site sends."""
        return ((kind.value, kind.label) for kind in Kind)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Mail]) -> QuerySet[Mail]:
        """The mails of the chosen kind."""
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Mail)
class MailAdmin(_Admin):
    """Without the context, which may hold links that open an account."""

    list_display = ("queued_at", "kind_in_words", "user", "state", "attempts", "error", "ended_at")
    list_filter = ("state", KindFilter)
    list_select_related = ("user",)
    list_per_page = 50
    search_fields = ("user__username__exact", "key__exact")
    search_help_text = _("A user name or a key, in full.")
    ordering = ("-id",)
    actions = None
    fields = readonly_fields = (
        "key",
        "kind_in_words",
        "user",
        "state",
        "attempts",
        "error",
        "queued_at",
        "due_at",
        "ended_at",
    )

    @admin.display(description=_("kind"))
    def kind_in_words(self, mail: Mail) -> str:
        """What the mail is about."""
        return mail.get_kind_display()

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Mail | None = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Mail | None = None) -> bool:
        """Nobody."""
        return False
