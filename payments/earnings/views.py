"""The pages of settled months, for everybody, and of what a creator earned."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.answers import NothingHere
from accounts.models import User
from payments.earnings import balance, months, reports
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


@never_cache
@login_required
@require_safe
def list_creator_months(request: HttpRequest, username: str) -> HttpResponse:
    """The months in which a creator earned something."""
    creator = _creator_to_show(request, username)
    context = {
        "creator": creator,
        "page": page_of(request, reports.earnings_of_creator(creator)),
        # What somebody gives is nobody else's business, an operator's neither.
        "balances": balance.received_and_given(creator) if request.user == creator else [],
    }
    return render(request, "payments/creator_months.html", context)


@never_cache
@login_required
@require_safe
def show_creator_month(request: HttpRequest, username: str, period: Period) -> HttpResponse:
    """What each thing of a creator earned in one month."""
    creator = _creator_to_show(request, username)
    try:
        month = reports.creator_month(creator=creator, period=period)
    except reports.NothingEarned as refusal:
        raise NothingHere(
            _("%(name)s earned nothing in %(month)s, or the month is not settled yet.")
            % {"name": creator.get_full_name(), "month": month_name(period)}
        ) from refusal
    page = page_of(request, month.things)
    return render(request, "payments/creator_month.html", {"month": month, "page": page})


def _creator_to_show(request: HttpRequest, username: str) -> User:
    """The creator, where the viewer may see them; else 404, as if there were none."""
    creator = get_object_or_404(User, username=username)
    viewer = request.user
    if isinstance(viewer, User) and reports.may_see_earnings(viewer=viewer, creator=creator):
        return creator
    raise Http404
