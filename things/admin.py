"""The admin pages of things and pending clicks. Clicks have one of their own: `click_pages`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Field, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.conduct.admin import SuspendingAdmin
from accounts.conduct.suspending import SuspensionRefused
from accounts.viewer import viewer
from things.addresses import NotAWebAddress
from things.aliases.models import Alias
from things.canonical import address_key
from things.conduct.suspending import restore_thing, suspend_thing
from things.feeds.models import Feed
from things.models import PendingClick, StandingClick, Thing
from things.partners.models import Identifier, Namespace, Partner
from things.read_only import ReadOnlyAdmin
from things.webhooks.models import Delivery, Endpoint

if TYPE_CHECKING:
    _ThingAdmin = admin.ModelAdmin[Thing]
    _PartnerAdmin = admin.ModelAdmin[Partner]
    _NamespaceInline = admin.StackedInline[Namespace, Partner]
else:
    _ThingAdmin = _PartnerAdmin = admin.ModelAdmin
    _NamespaceInline = admin.StackedInline


@admin.register(Thing)
class ThingAdmin(SuspendingAdmin, _ThingAdmin):
    """Things. An operator suspends one, with a reason; one with clicks cannot be deleted."""

    list_display = ("__str__", "url", "owner", "category", "state", "created_at")
    list_filter = ("state", "category", "hidden", "withheld")
    list_select_related = ("owner",)
    list_per_page = 50
    search_fields = ("url__startswith", "title__has_part", "owner__username__exact")
    search_help_text = _("The start of an address, a part of a title, or an owner’s name.")
    raw_id_fields = ("owner",)
    readonly_fields = ("state", "withheld", "suspension_reason", "created_at", "updated_at")
    suspend_permission = "things.change_thing"
    suspension_refusals = (SuspensionRefused,)
    ordering = ("-id",)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Thing | None = None
    ) -> tuple[str, ...]:
        """A merged thing stays merged, and no operator makes one: creators merge what is theirs."""
        merged = obj is not None and obj.state == Thing.State.MERGED
        return (*self.readonly_fields, "merged_into", *(["owner"] if merged else []))

    def suspended(self, row: Thing) -> bool:
        """Whether it is."""
        return row.state == Thing.State.SUSPENDED

    def do_suspension(
        self, request: HttpRequest, row: Thing, reason: str, *, suspend: bool
    ) -> None:
        """Suspend or restore it, and tell its owner. Raises SuspensionRefused."""
        deed = suspend_thing if suspend else restore_thing
        deed(thing=row, reason=reason, by=viewer(request), at=timezone.now())


@admin.register(PendingClick)
class PendingClickAdmin(ReadOnlyAdmin):
    """Clicks on things that nobody owns yet. Only their subscribers undo them."""

    columns = ("subscriber", "thing", "clicked_at")
    list_select_related = ("subscriber", "thing")
    search_fields = ("subscriber__username__exact", "thing__url__startswith")
    ordering = ("-id",)


@admin.register(StandingClick)
class StandingClickAdmin(ReadOnlyAdmin):
    """Clicks that are repeated each month. Their subscribers change them on their own pages."""

    columns = ("id", "subscriber", "thing", "active", "until", "last_period", "created_at")
    details = (*columns, "started_at", "visibility")
    list_filter = ("active", ("until", admin.EmptyFieldListFilter))
    list_select_related = ("subscriber", "thing")
    search_fields = ("subscriber__username__exact",)
    search_help_text = _("The subscriber’s user name, in full.")
    ordering = ("-id",)


@admin.register(Feed)
class FeedAdmin(ReadOnlyAdmin):
    """Feeds of creators, and why some fail. Their owners stop them."""

    columns = ("url", "owner", "state", "checked_at", "failures", "refusal")
    list_select_related = ("owner",)
    list_filter = ("state",)
    search_fields = ("url__startswith", "owner__username__exact")
    ordering = ("-id",)


@admin.register(Alias)
class AliasAdmin(ReadOnlyAdmin):
    """Further addresses of things."""

    columns = ("url", "thing", "made_at")
    list_select_related = ("thing",)
    search_fields = ("url",)
    search_help_text = _("An address, however it is spelt, or that of the thing, in full.")
    ordering = ("-id",)

    def search_branches(self, text: str) -> list[Q]:
        """By what makes addresses the same, as visitors are led."""
        try:
            return [Q(key=address_key(text)), Q(thing__url=text)]
        except NotAWebAddress:
            return []


class NamespaceInline(_NamespaceInline):
    """The names that a partner may speak for."""

    model = Namespace
    extra = 1


@admin.register(Partner)
class PartnerAdmin(_PartnerAdmin):
    """Services that name their people here: an operator admits them and gives them namespaces."""

    list_display = ("name", "user", "active", "admitted_at")
    list_filter = ("active",)
    list_select_related = ("user",)
    search_fields = ("name__icontains", "user__username__exact", "namespaces__name__exact")
    raw_id_fields = ("user",)
    readonly_fields = ("admitted_at", "last_number")
    inlines = (NamespaceInline,)
    ordering = ("-id",)

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """An address without a scheme is taken for https."""
        if db_field.name == "claim_page":
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(Identifier)
class IdentifierAdmin(ReadOnlyAdmin):
    """Who is known by which name elsewhere."""

    columns = ("name", "owner", "made_at", "proven_at")
    list_select_related = ("owner",)
    search_fields = ("name__exact", "owner__username__exact")
    ordering = ("-id",)


@admin.register(Endpoint)
class EndpointAdmin(ReadOnlyAdmin):
    """Where messages to partners go, without their secrets."""

    columns = ("url", "partner", "state", "failures", "failing_since", "next_at", "said")
    list_select_related = ("partner",)
    list_filter = ("state",)
    ordering = ("-id",)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """Messages to partners, and what came of them."""

    columns = ("fact", "endpoint", "state", "attempts", "tried_at", "said")
    list_select_related = ("fact", "endpoint")
    list_filter = ("state",)
    search_fields = ("fact__uid__exact",)
    ordering = ("-id",)
