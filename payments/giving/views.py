"""The pages on which subscribers see what they gave; everybody sees their own only."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.answers import NothingHere
from accounts.viewer import viewer
from payments.giving.charts import chart_of_months, chart_of_recipients
from payments.giving.months import SubscriberMonth, SubscriberYear, month_of, months_of, year_of
from payments.giving.recipients import recipients_of, recipients_of_month
from payments.giving.statements import NothingGiven
from payments.paging import page_of, page_of_entries
from payments.settlement.corrections.showing import taken_from_giving
from things.periods import Period
from things.templatetags.periods import month_name


@never_cache
@login_required
@require_safe
def list_giving(request: HttpRequest) -> HttpResponse:
    """The viewer's months."""
    lines = months_of(viewer(request))
    context = {
        "page": page_of_entries(request, lines),
        "years": sorted({line.period.year for line in lines}, reverse=True),
        "charts": chart_of_months(lines, last=Period.of(timezone.now())),
    }
    return render(request, "payments/giving.html", context)


@never_cache
@login_required
@require_safe
def show_giving(request: HttpRequest, period: Period) -> HttpResponse:
    """The viewer's statement of one month."""
    month = month_asked(request, period)
    giving = month.giving
    # Who turns the pages of the clicks has seen the rest.
    later = request.GET.get("page", "1") != "1"
    context = {
        "month": month,
        "statement": giving,
        "clicks": giving and page_of_entries(request, giving.in_pages),
        "movements": page_of(request, month.movements, name="movements"),
        "taken_back": [] if later else taken_from_giving(viewer(request), period),
        "taken_back_note": _("It is in your wallet again."),
        "charts": [
            chart_of_recipients(each)
            for each in ([] if later else recipients_of_month(viewer(request), month))
        ],
    }
    return render(request, "payments/statement.html", context)


@never_cache
@login_required
@require_safe
def show_giving_year(request: HttpRequest, year: int) -> HttpResponse:
    """The viewer's statement of a calendar year."""
    found = year_asked(request, year)
    first, last = Period(year, 1), Period(year, 12)
    whom = recipients_of(subscriber=viewer(request), first=first, last=last)
    context = {"year": found, "charts": [chart_of_recipients(each) for each in whom]}
    return render(request, "payments/giving_year.html", context)


def month_asked(request: HttpRequest, period: Period) -> SubscriberMonth:
    """The viewer's month; else 404 that says so."""
    try:
        return month_of(subscriber=viewer(request), period=period, at=timezone.now())
    except NothingGiven as refusal:
        raise NothingHere(
            _("You have no budget in %(month)s, and no money was in your wallet.")
            % {"month": month_name(period)}
        ) from refusal


def year_asked(request: HttpRequest, year: int) -> SubscriberYear:
    """The viewer's year; else 404 that says so."""
    try:
        return year_of(subscriber=viewer(request), year=year)
    except NothingGiven as refusal:
        raise NothingHere(_("You gave nothing in %(year)s.") % {"year": year}) from refusal
