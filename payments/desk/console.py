"""The settlement console: dry run, start, progress and history of the month ends."""

from __future__ import annotations

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.staff.models import StaffEntry
from accounts.staff.recording import Act, note_act
from payments.desk.previewing import asked_preview, compared, last_preview, note_asked
from payments.desk.progress import history, note_start, noted_start, progress_of
from payments.desk.tasks import preview_month
from payments.settlement.due import due_periods
from payments.settlement.models import Settlement
from payments.settlement.tasks import settle_month
from things.converters import register_period
from things.periods import Period

VIEW, RUN = "payments.view_settlement", "payments.run_settlement"


def console_urls(site: admin.AdminSite) -> list[URLPattern]:
    """The addresses, for the admin's site."""
    register_period()
    return [
        path("month-ends/", site.admin_view(show_month_ends), name="month_ends"),
        path("month-ends/<period:period>/", site.admin_view(show_month_end), name="month_end"),
        path("month-ends/<period:period>/preview/", site.admin_view(preview), name="preview_month"),
        path("month-ends/<period:period>/start/", site.admin_view(start), name="start_month"),
    ]


@never_cache
@require_safe
def show_month_ends(request: HttpRequest) -> HttpResponse:
    """What runs, what waits, and the whole history."""
    _need(request, VIEW)
    now = timezone.now()
    running = Period.of(now)
    return _page(
        request,
        "admin/desk/month_ends.html",
        {
            "title": _("Month ends"),
            "running": running,
            "due": due_periods(at=now),
            "history": history(),
        },
    )


@never_cache
@require_safe
def show_month_end(request: HttpRequest, period: Period) -> HttpResponse:
    """One month: its dry run, and how far its settlement is."""
    _need(request, VIEW)
    kept = last_preview(period)
    progress = progress_of(period)
    asked = asked_preview(period)
    is_over = period.is_over(at=timezone.now())
    settled = progress is not None and not progress.is_running
    started_at = noted_start(period) if progress is None else None
    return _page(
        request,
        "admin/desk/month_end.html",
        {
            "title": _("Month end %(period)s") % {"period": period},
            "period": period,
            "is_over": is_over,
            "preview": kept,
            "compared": compared(kept) if kept else [],
            "asked": asked,
            "progress": progress,
            "started_at": started_at,
            "may_run": request.user.has_perm(RUN),
            "may_start": request.user.has_perm(RUN) and is_over and not settled,
            "refresh": bool(asked or started_at or (progress and progress.is_running)),
        },
    )


@require_POST
def preview(request: HttpRequest, period: Period) -> HttpResponse:
    """Have the dry run computed."""
    _need(request, RUN)
    note_asked(period, at=timezone.now())
    preview_month.delay(period=str(period))
    _note(request, "preview", period)
    messages.success(request, _("The dry run is being computed."))
    return redirect("admin:month_end", period)


@require_POST
def start(request: HttpRequest, period: Period) -> HttpResponse:
    """Start the month end, or take up again what stopped half way."""
    _need(request, RUN)
    if not period.is_over(at=timezone.now()):
        messages.error(request, _("The month is not over yet."))
        return redirect("admin:month_end", period)
    settle_month.delay(period=str(period))
    note_start(period, at=timezone.now())
    _note(request, "settle", period)
    messages.success(request, _("The month end is started."))
    return redirect("admin:month_end", period)


def _note(request: HttpRequest, deed: str, period: Period) -> None:
    settlement = Settlement.objects.filter(period=period).first()
    act = Act(
        StaffEntry.Kind.DEED,
        deed=deed,
        row=settlement,
        subject="payments.settlement",
        reason=str(period),
    )
    note_act(request, act)


def _need(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def _page(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    return TemplateResponse(request, template, {**admin.site.each_context(request), **context})
