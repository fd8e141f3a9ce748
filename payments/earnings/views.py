"""The pages of settled months, for everybody."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.answers import NothingHere
from payments.earnings import months
from payments.paging import page_of
from things.periods import Period
from things.templatetags.periods import month_name


@require_safe
def list_months(request: HttpRequest) -> HttpResponse:
    """The settled months."""
    page = page_of(request, months.settled_months())
    return render(request, "payments/months.html", {"page": page})


@require_safe
def show_month(request: HttpRequest, period: Period) -> HttpResponse:
    """One settled month in public figures."""
    try:
        month = months.public_month(period)
    except months.NotSettled as refusal:
        raise NothingHere(
            _("%(month)s has no figures: it is not over, or was not settled yet.")
            % {"month": month_name(period)}
        ) from refusal
    return render(request, "payments/month.html", {"month": month})
