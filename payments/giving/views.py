"""The pages on which subscribers see what they gave; everybody sees their own only."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.answers import NothingHere
from accounts.models import User
from payments.giving.statements import NothingGiven, budgets_of, statement_of
from payments.paging import page_of
from things.periods import Period
from things.templatetags.periods import month_name


@never_cache
@login_required
@require_safe
def list_giving(request: HttpRequest) -> HttpResponse:
    """The months in which the viewer gave."""
    page = page_of(request, budgets_of(cast(User, request.user)))
    return render(request, "payments/giving.html", {"page": page})


@never_cache
@login_required
@require_safe
def show_giving(request: HttpRequest, period: Period) -> HttpResponse:
    """The viewer's statement of one month."""
    viewer = cast(User, request.user)
    try:
        statement = statement_of(subscriber=viewer, period=period, at=timezone.now())
    except NothingGiven as refusal:
        raise NothingHere(
            _("You have no budget in %(month)s.") % {"month": month_name(period)}
        ) from refusal
    page = page_of(request, statement.clicks)
    return render(request, "payments/statement.html", {"statement": statement, "page": page})
