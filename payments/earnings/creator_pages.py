"""The pages of what a creator earned, and the same as files; for the creator and operators."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.answers import NothingHere
from accounts.models import User
from payments.charts import MonthChart, recent_months
from payments.clicking.exclusions.asking import SHOWN, excluded_from_earnings
from payments.earnings import exports, reports
from payments.earnings.balance import received_and_given
from payments.earnings.exporting.reports import FLATTRS_CURRENCY, report_name
from payments.earnings.figures import Running, days_of, running_month
from payments.earnings.history import report_of
from payments.earnings.models import ImportedRevenue
from payments.earnings.overview import MonthRow, best_of, months_of
from payments.money import BASIS_POINTS
from payments.paging import page_of, page_of_entries
from payments.settlement.corrections.showing import taken_from_earnings
from payments.tips.sums import TipsOfMonth
from things.models import Thing
from things.periods import Period
from things.referring.counting import pages_of
from things.templatetags.periods import month_name

# An estimate that is shown again and again is computed once a minute.
HELD = 60
MONTHS_SHOWN = 24
THINGS_SHOWN = 100
PAGES_SHOWN = 30


@dataclass(frozen=True)
class Estimate:
    """What the running month would bring in a currency if it ended now."""

    currency: str
    gross: int
    net: int


@never_cache
@login_required
@require_safe
def list_creator_months(request: HttpRequest, username: str) -> HttpResponse:
    """The running month, all months as a chart and a table, and the best things."""
    creator, now = _creator_to_show(request, username), timezone.now()
    rows = months_of(creator)
    period = Period.of(now)
    running = _running(creator, period)
    page = page_of_entries(request, rows)
    context = {
        "creator": creator,
        "page": page,
        "lines": list(page),
        "charts": _charts(creator, rows, last=period),
        # What somebody gives is nobody else's business, an operator's neither.
        "balances": received_and_given(creator) if request.user == creator else [],
        "best": best_of(creator),
        "running": running,
        "period": period,
        "estimates": _estimates(running),
        "imported": any(row.imported for row in rows),
        "tipped": any(row.tips for row in rows),
    }
    return render(request, "payments/creator_months.html", context)


@never_cache
@login_required
@require_safe
def show_creator_month(request: HttpRequest, username: str, period: Period) -> HttpResponse:
    """What each thing of a creator earned in one month, and each day; or would so far."""
    creator = _creator_to_show(request, username)
    try:
        month = reports.creator_month(creator=creator, period=period)
    except reports.NothingEarned:
        return _unsettled(request, creator, period, [])
    if not month.totals and not _is_over(period):
        return _unsettled(request, creator, period, month.tips)
    page = page_of(request, reports.sums_by_thing(month))
    context = {
        "month": month,
        "page": page,
        "lines": reports.thing_lines(month, page),
        "days": days_of(creator, period),
        "pages": pages_of(creator, period, most=PAGES_SHOWN),
        "excluded": excluded_from_earnings(creator, period)[:SHOWN],
        "taken_back": taken_from_earnings(creator, period),
        "taken_back_note": _(
            "It went back to who gave it: net out of your earnings, with the fee."
        ),
    }
    return render(request, "payments/creator_month.html", context)


def _is_over(period: Period) -> bool:
    """Whether a month without earnings is shown as one that has none, rather than one to come."""
    now = Period.of(timezone.now())
    return period not in {now, now.previous}


def _unsettled(
    request: HttpRequest, creator: User, period: Period, tips: list[TipsOfMonth]
) -> HttpResponse:
    if _is_over(period):
        if any(row.imported for row in months_of(creator) if row.period == period):
            return _imported(request, creator, period)
        return _only_excluded(request, creator, period)
    running = _running(creator, period)
    if not running.clicks and not tips and period != Period.of(timezone.now()):
        return _only_excluded(request, creator, period)
    shown = running.things[:THINGS_SHOWN]
    things = Thing.objects.select_related("owner").in_bulk([one.thing_id for one in shown])
    context = {
        "creator": creator,
        "period": period,
        "running": running,
        "estimates": _estimates(running),
        "lines": [(things[one.thing_id], one) for one in shown],
        "pages": pages_of(creator, period, most=PAGES_SHOWN),
        "tips": tips,
        "excluded": excluded_from_earnings(creator, period)[:SHOWN],
    }
    return render(request, "payments/creator_running.html", context)


def _only_excluded(request: HttpRequest, creator: User, period: Period) -> HttpResponse:
    """A month of which nothing was earned, because of what staff excluded; else there is none."""
    excluded = list(excluded_from_earnings(creator, period)[:SHOWN])
    if not excluded:
        raise _nothing(creator, period)
    context = {"creator": creator, "period": period, "excluded": excluded}
    return render(request, "payments/creator_excluded.html", context)


def _imported(request: HttpRequest, creator: User, period: Period) -> HttpResponse:
    rows = ImportedRevenue.objects.filter(creator=creator, period=period)
    context = {
        "creator": creator,
        "period": period,
        "page": page_of(request, rows.order_by("currency", "pk")),
    }
    return render(request, "payments/creator_imported.html", context)


@never_cache
@login_required
@require_safe
def months_file(request: HttpRequest, username: str, form: str) -> HttpResponse:
    """All months as CSV or JSON."""
    creator = _creator_to_show(request, username)
    if form == "json":
        return JsonResponse(exports.months_as_json(creator))
    return _file(exports.months_as_csv(creator), f"{creator.username}-months.csv")


@never_cache
@login_required
@require_safe
def month_file(request: HttpRequest, username: str, period: Period, form: str) -> HttpResponse:
    """A month as CSV, JSON, or Flattr's revenue report, where `?currency=` says in which."""
    creator = _creator_to_show(request, username)
    try:
        month = reports.creator_month(creator=creator, period=period)
    except reports.NothingEarned as refusal:
        imported = report_of(creator, period) if form == "flattr" else ""
        if imported.count("\n") < 2:
            raise Http404 from refusal
        return _file(imported, report_name(period, FLATTRS_CURRENCY))
    if form == "flattr" and not month.totals:
        raise Http404
    if form == "json":
        return JsonResponse(exports.month_as_json(month))
    if form == "pages":
        name = f"{creator.username}-{period}-pages.csv"
        return _file(exports.month_pages_as_csv(month), name)
    if form == "csv":
        return _file(exports.month_as_csv(month), f"{creator.username}-{period}.csv")
    currency = request.GET.get("currency", FLATTRS_CURRENCY)[:3]
    return _file(exports.month_as_report(month, currency), report_name(period, currency))


def _file(text: str, name: str) -> HttpResponse:
    answer = HttpResponse(text, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _running(creator: User, period: Period) -> Running:
    key = f"running:{creator.pk}:{period}"
    found: Running | None = cache.get(key)
    if found is None:
        found = running_month(creator, period)
        cache.set(key, found, HELD)
    return found


def _estimates(running: Running) -> list[Estimate]:
    fee = settings.FEE_BASIS_POINTS
    return [
        Estimate(currency, gross, gross - gross * fee // BASIS_POINTS)
        for currency, gross in running.gross.items()
    ]


def _charts(creator: User, rows: list[MonthRow], *, last: Period) -> list[MonthChart]:
    """A chart of what came in each month for each currency, up to the latest that has any."""
    charts = []
    for currency in sorted({row.currency for row in rows}):
        received = {row.period: (max(row.received, 0),) for row in rows if row.currency == currency}
        urls = {
            period: reverse("creator_month", args=[creator.username, period]) for period in received
        }
        months = recent_months(
            received, last=min(last, max(received)), count=MONTHS_SHOWN, urls=urls
        )
        caption = _("Net earnings and tips a month, in %(currency)s") % {"currency": currency}
        charts.append(
            MonthChart(caption=caption, months=months, series=(_("Net"),), currency=currency)
        )
    return charts


def _nothing(creator: User, period: Period) -> NothingHere:
    return NothingHere(
        _("%(name)s earned nothing in %(month)s, or the month is not settled yet.")
        % {"name": creator.get_full_name(), "month": month_name(period)}
    )


def _creator_to_show(request: HttpRequest, username: str) -> User:
    """The creator, where the viewer may see them; else 404, as if there were none."""
    creator = get_object_or_404(User, username=username)
    viewer = request.user
    if isinstance(viewer, User) and reports.may_see_earnings(viewer=viewer, creator=creator):
        return creator
    raise Http404
