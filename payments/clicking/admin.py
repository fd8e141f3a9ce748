"""Sites, of which an operator takes those as proven whose proof they saw; and kept clicks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments.clicking.claiming import claim_site
from payments.clicking.models import KeptClick, SkippedPeriod
from payments.clicking.proving import decide_against, decide_for
from things.read_only import PeriodFilter, ReadOnlyAdmin
from things.sites.models import Site
from things.sites.owning import SiteTaken

if TYPE_CHECKING:
    _SiteAdmin = admin.ModelAdmin[Site]
else:
    _SiteAdmin = admin.ModelAdmin


@admin.register(Site)
class SiteAdmin(_SiteAdmin):
    """Sites, the newest first; the filters show those that wait for an operator."""

    list_display = (
        "__str__",
        "owner",
        "asked_at",
        "verified_at",
        "method",
        "failing_since",
        "contested_at",
    )
    list_filter = (
        ("verified_at", admin.EmptyFieldListFilter),
        ("contested_at", admin.EmptyFieldListFilter),
        "method",
    )
    list_select_related = ("owner",)
    search_fields = ("host__startswith", "owner__username__exact")
    search_help_text = gettext_lazy("The start of a host, or the owner’s user name in full.")
    exact_filters = ("verified_at__isempty=1", "contested_at__isempty=0")
    raw_id_fields = ("owner",)
    readonly_fields = (
        "asked_at",
        "verified_at",
        "method",
        "checked_at",
        "next_at",
        "failing_since",
        "contested_at",
        "refused_at",
    )
    ordering = ("-id",)
    actions = ["verify", "decide_for", "decide_against"]

    def save_model(self, request: HttpRequest, obj: Site, *arguments: Any) -> None:
        """Whoever adds one asks for it now."""
        if obj._state.adding:
            obj.asked_at = timezone.now()
        super().save_model(request, obj, *arguments)

    @admin.action(description=gettext_lazy("Take as proven"), permissions=["change"])
    def verify(self, request: HttpRequest, sites: QuerySet[Site]) -> None:
        """Each for itself: one that is somebody else's does not stop the others."""
        for site in sites:
            try:
                claimed = claim_site(site, at=timezone.now())
            except SiteTaken as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
            else:
                said = _("%(site)s is proven; %(counted)s clicks count.")
                self.message_user(request, said % {"site": site, "counted": claimed.counted})

    @admin.action(
        description=gettext_lazy("Decide for these claims, against who has the site"),
        permissions=["change"],
    )
    def decide_for(self, request: HttpRequest, sites: QuerySet[Site]) -> None:
        """An operator has looked at both proofs."""
        for site in sites:
            decide_for(site, at=timezone.now())
            said = _("%(site)s is %(name)s’s now.")
            self.message_user(request, said % {"site": site, "name": site.owner.username})

    @admin.action(description=gettext_lazy("Decide against these claims"), permissions=["change"])
    def decide_against(self, request: HttpRequest, sites: QuerySet[Site]) -> None:
        """They are not looked at again."""
        for site in sites.filter(verified_at=None):
            decide_against(site, at=timezone.now())


@admin.register(KeptClick)
class KeptClickAdmin(ReadOnlyAdmin):
    """Clicks that wait for means. Only their subscribers take them back."""

    columns = ("subscriber", "url", "kept_at")
    list_select_related = ("subscriber",)
    search_fields = ("subscriber__username__exact",)
    search_help_text = gettext_lazy("The subscriber’s user name, in full.")
    ordering = ("-id",)


@admin.register(SkippedPeriod)
class SkippedPeriodAdmin(ReadOnlyAdmin):
    """Whose standing clicks found no means, in which month."""

    columns = ("id", "period", "subscriber", "number", "skipped_at")
    list_filter = (PeriodFilter,)
    list_select_related = ("subscriber",)
    search_fields = ("subscriber__username__exact",)
    search_help_text = gettext_lazy("The subscriber’s user name, in full.")
    ordering = ("-id",)
