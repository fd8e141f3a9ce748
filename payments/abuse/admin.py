"""The admin pages of abuse: the rules and what they would find, the marks and their decisions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.viewer import viewer
from payments.abuse.deciding import DecisionRefused, decide_mark
from payments.abuse.models import USES, AbuseMark, AbuseRule, MarkDecision, MarkedGiver
from payments.abuse.trying import try_rule
from payments.columns import amount
from payments.deeds import Deed, DeedsAdmin
from things.partitions import periods_with_partition
from things.periods import NotAPeriod, Period
from things.read_only import PeriodFilter, ReadOnlyInline

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    _RuleAdmin = admin.ModelAdmin[AbuseRule]
else:
    _RuleAdmin = admin.ModelAdmin

_CHANGE = "payments.change_abusemark"
_State = AbuseMark.State


@admin.register(AbuseRule)
class AbuseRuleAdmin(_RuleAdmin):
    """The rules. None is deleted: it is switched off. Each can be tried on a month."""

    list_display = ("name", "kind", "on", "holds")
    ordering = ("id",)
    change_form_template = "admin/payments/abuse_rule.html"

    def get_fields(self, request: HttpRequest, obj: AbuseRule | None = None) -> Any:
        """With the thresholds that count for its kind; of a new one, all."""
        used = USES[AbuseRule.Kind(obj.kind)] if obj else _all_thresholds()
        return ("name", "kind", "on", "holds", *used)

    def get_readonly_fields(self, request: HttpRequest, obj: AbuseRule | None = None) -> Any:
        """A rule keeps its kind."""
        return ("kind",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, *_: object) -> bool:
        """Nobody: marks name it."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """And that of trying one."""
        tried = self.admin_site.admin_view(never_cache(require_safe(self.try_on)))
        name = "payments_abuserule_try"
        return [path("<int:rule_id>/try/", tried, name=name), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The rule, and the months on which it can be tried."""
        context = {**(extra_context or {}), "periods": periods_with_partition()}
        return super().change_view(request, object_id, form_url, context)

    def try_on(self, request: HttpRequest, rule_id: int) -> HttpResponse:
        """Whom the rule would mark in a month. Nothing is stored."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rule = get_object_or_404(AbuseRule, pk=rule_id)
        try:
            period = Period.parse(request.GET.get("period", ""))
        except NotAPeriod:
            period = Period.of(timezone.now()).previous
        context = {
            **self.admin_site.each_context(request),
            "title": _t("%(rule)s, tried on %(month)s") % {"rule": rule.name, "month": period},
            "tried": try_rule(rule, period=period),
            "periods": periods_with_partition(),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/payments/abuse_tried.html", context)


class MarkDecisionInline(ReadOnlyInline):
    """What was decided."""

    model = MarkDecision
    columns = ("state", "for_good", "reason", "by", "at")
    ordering = ("id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[MarkDecision]:
        """With those who decided."""
        return super().get_queryset(request).select_related("by")


class MarkedGiverInline(ReadOnlyInline):
    """Whose clicks it is about, those who gave most first."""

    model = MarkedGiver
    columns = ("giver", "clicks", amount("amount", _("amount")))
    ordering = ("-amount", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[MarkedGiver]:
        """With the givers."""
        return super().get_queryset(request).select_related("giver")


@admin.register(AbuseMark)
class AbuseMarkAdmin(DeedsAdmin):
    """Marks. A rule takes nothing: somebody looks, and decides with a reason."""

    columns = ("subject", "rule", "period", "state", "found_at")
    details = ("subject", "rule", "period", "state", "why_in_words", "found_at", "hold")
    list_filter = ("state", PeriodFilter, "rule")
    list_select_related = ("subject", "rule", "hold")
    search_fields = ("subject__username__exact",)
    search_help_text = _("The creator’s user name, in full.")
    ordering = ("-id",)
    inlines = (MarkDecisionInline, MarkedGiverInline)
    refusals = (DecisionRefused,)

    @admin.display(description=_("why"))
    def why_in_words(self, mark: AbuseMark) -> StrOrPromise:
        """With the figures."""
        return mark.why

    def deeds_of(self, row: AbuseMark) -> Sequence[Deed]:
        """By its state."""
        why = _("Why")
        hold = Deed("hold", _("Hold payouts"), _CHANGE, _hold, note=why)
        confirm = Deed("confirm", _("It is abuse"), _CHANGE, _confirm, note=why, dangerous=True)
        release = [
            Deed("release", _("Nothing is wrong"), _CHANGE, _release, note=why),
            Deed("spare", _("Nothing is wrong, never ask again"), _CHANGE, _spare, note=why),
        ]
        match row.state:
            case _State.OPEN:
                return [hold, *release, confirm]
            case _State.HELD:
                return [*release, confirm]
            case _State.CONFIRMED:
                return release
        return []


def _all_thresholds() -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for names in USES.values() for name in names))


def _hold(request: HttpRequest, mark: AbuseMark, note: str) -> StrOrPromise:
    _decide(request, mark, note, _State.HELD)
    return _t("Nothing is paid out to them until somebody has decided.")


def _release(request: HttpRequest, mark: AbuseMark, note: str) -> StrOrPromise:
    _decide(request, mark, note, _State.RELEASED)
    return _t("What this mark held can be paid out.")


def _spare(request: HttpRequest, mark: AbuseMark, note: str) -> StrOrPromise:
    _decide(request, mark, note, _State.RELEASED, for_good=True)
    return _t("What this mark held can be paid out, and the rule leaves them alone from now on.")


def _confirm(request: HttpRequest, mark: AbuseMark, note: str) -> StrOrPromise:
    _decide(request, mark, note, _State.CONFIRMED)
    return _t("Payouts stay held. Money is taken back by a correction, which two people decide.")


def _decide(
    request: HttpRequest,
    mark: AbuseMark,
    note: str,
    state: AbuseMark.State,
    *,
    for_good: bool = False,
) -> None:
    decide_mark(
        mark_id=mark.pk,
        state=state,
        reason=note,
        by=viewer(request),
        at=timezone.now(),
        for_good=for_good,
    )
