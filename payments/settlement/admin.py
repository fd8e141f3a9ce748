"""The admin pages of month ends and of what they found. They show; nothing here is changed."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from payments.columns import CurrencyFilter, amount
from payments.settlement.models import (
    AuditRun,
    CreatorEarnings,
    PeriodFigures,
    Settlement,
    Shard,
    Stage,
    ThingEarnings,
)
from things.read_only import PeriodFilter, ReadOnlyAdmin, ReadOnlyInline

_FIGURES = (
    "subscribers",
    "creators",
    "things",
    "clicks",
    amount("given", _("given")),
    amount("fee", _("fee")),
    amount("mean", _("mean worth of a click")),
    amount("median", _("median worth of a click")),
)
_CREATOR_HELP = _("The creator’s user name, in full.")


class StageInline(ReadOnlyInline):
    """The stages of a settlement; their shards have a page of their own."""

    model = Stage
    columns = ("name", "started_at", "ended_at", "shards")
    ordering = ("id",)

    @admin.display(description=_("shards"))
    def shards(self, stage: Stage) -> str:
        """Where the shards of the stage are."""
        page = reverse("admin:payments_shard_changelist")
        return format_html('<a href="{}?stage={}">{}</a>', page, stage.pk, _("show"))


class FiguresInline(ReadOnlyInline):
    """What a settlement published."""

    model = PeriodFigures
    columns = ("currency", *_FIGURES)


@admin.register(Settlement)
class SettlementAdmin(ReadOnlyAdmin):
    """The month ends."""

    columns = ("period", "closed_at", "settled_at", "fee_basis_points")
    details = (
        "period",
        "fee_basis_points",
        "closed_at",
        "settled_at",
        "left_out_subscribers",
        "in_debt",
        "left_out_things",
    )
    ordering = ("-period",)
    inlines = (StageInline, FiguresInline)


@admin.register(Stage)
class StageAdmin(ReadOnlyAdmin):
    """The stages of all settlements."""

    columns = ("settlement", "name", "started_at", "ended_at")
    list_filter = ("name",)
    list_select_related = ("settlement",)
    ordering = ("-id",)


@admin.register(Shard)
class ShardAdmin(ReadOnlyAdmin):
    """The shards of all stages."""

    columns = ("stage", "first", "last", "written", "started_at", "ended_at", "worker")
    list_filter = ("stage__name", ("ended_at", admin.EmptyFieldListFilter))
    list_select_related = ("stage__settlement",)
    ordering = ("-id",)

    def lookup_allowed(self, lookup: str, value: str, request: object = None) -> bool:
        """A settlement's page links to the shards of one stage."""
        return lookup == "stage" or super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]


@admin.register(PeriodFigures)
class PeriodFiguresAdmin(ReadOnlyAdmin):
    """What the settlements published."""

    columns = ("settlement", "currency", *_FIGURES)
    list_filter = (CurrencyFilter,)
    list_select_related = ("settlement",)
    ordering = ("-id",)


@admin.register(ThingEarnings)
class ThingEarningsAdmin(ReadOnlyAdmin):
    """What things earned."""

    columns = (
        "period",
        "thing",
        "creator",
        "clicks",
        amount("gross", _("gross")),
        amount("lowest", _("lowest")),
        amount("highest", _("highest")),
    )
    list_filter = (PeriodFilter, CurrencyFilter)
    list_select_related = ("thing", "creator")
    search_fields = ("thing__url__exact", "creator__username__exact")
    search_help_text = _("The address of a thing or the creator’s user name, in full.")
    ordering = ("-id",)

    def search_branches(self, text: str) -> list[Q]:
        """By two indexes; that of creators begins with the period."""
        settled = list(Settlement.objects.values_list("period", flat=True))
        people = User.objects.filter(username__iexact=text)
        mine = [Q(creator=person, period__in=settled) for person in people]
        return [Q(thing__url=text), *mine]


@admin.register(CreatorEarnings)
class CreatorEarningsAdmin(ReadOnlyAdmin):
    """What creators earned."""

    columns = (
        "period",
        "creator",
        "things",
        "clicks",
        amount("gross", _("gross")),
        amount("fee", _("fee")),
        amount("net", _("net")),
    )
    list_filter = (PeriodFilter, CurrencyFilter)
    list_select_related = ("creator",)
    search_fields = ("creator__username__exact",)
    search_help_text = _CREATOR_HELP
    ordering = ("-id",)


@admin.register(AuditRun)
class AuditRunAdmin(ReadOnlyAdmin):
    """What audits found."""

    columns = ("ended_at", "cause", "thorough", "sound", "checks", "seconds")
    details = ("started_at", "ended_at", "cause", "thorough", "checks", "sound", "findings")
    list_filter = ("sound", "thorough", "cause")
    ordering = ("-id",)

    @admin.display(description=_("seconds"))
    def seconds(self, run: AuditRun) -> str:
        """How long it took."""
        return f"{(run.ended_at - run.started_at).total_seconds():.1f}"
