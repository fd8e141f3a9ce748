"""The pages on which a subscriber gets the means to give: a budget, and until then play money."""

from __future__ import annotations

import secrets
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from payments.budgets.holding import NoMeans
from payments.budgets.models import Plan
from payments.budgets.planning import BudgetRefused, set_budget
from payments.clicking.kept import count_kept_clicks, has_kept_clicks
from payments.deposits.play import PlayMoneyRefused, pay_in_play_money
from payments.ledger.models import LedgerAccount
from payments.ledger.posting import KeyReused
from payments.money import NotAnAmount, format_for_people, parse_amount


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_budget(request: HttpRequest) -> HttpResponse:
    """What the viewer gives a month: shown, and set."""
    viewer, refusal = cast(User, request.user), ""
    if request.method == "POST":
        try:
            plan = set_budget(
                subscriber=viewer,
                amount=parse_amount(request.POST.get("amount", "").strip().replace(",", ".")),
                currency=request.POST.get("currency", ""),
                at=timezone.now(),
            )
        except (NotAnAmount, BudgetRefused, NoMeans) as refused:
            refusal = str(refused)
        else:
            amount = format_for_people(plan.amount, plan.currency)
            messages.success(request, _("You give %(amount)s a month.") % {"amount": amount})
            return _onward(request, viewer)
    context = _means(viewer) | {"refusal": refusal, "next": _next(request)}
    return render(request, "payments/budget.html", context, status=400 if refusal else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_play_money(request: HttpRequest) -> HttpResponse:
    """Play money into the viewer's wallet. 404 on a site without."""
    viewer, refusal = cast(User, request.user), ""
    if not settings.PLAY_MONEY:
        raise Http404
    if request.method == "POST":
        try:
            pay_in_play_money(
                subscriber=viewer,
                amount=parse_amount(request.POST.get("amount", "").strip().replace(",", ".")),
                currency=request.POST.get("currency", ""),
                key=request.POST.get("key", "")[:40],
                at=timezone.now(),
            )
        except (NotAnAmount, PlayMoneyRefused, KeyReused) as refused:
            refusal = str(refused)
        else:
            messages.success(request, _("The play money is in your wallet."))
            return _onward(request, viewer)
    context = _means(viewer) | {
        "refusal": refusal,
        "next": _next(request),
        "key": secrets.token_urlsafe(12),
    }
    return render(request, "payments/play_money.html", context, status=400 if refusal else 200)


def _onward(request: HttpRequest, viewer: User) -> HttpResponse:
    """Count what was kept for want of means, and go where the viewer came from."""
    for answer in count_kept_clicks(request.session, subscriber=viewer, at=timezone.now()):
        said = _("Your click on “%(title)s” counts now.") % {"title": answer.thing}
        messages.success(request, said)
    if has_kept_clicks(request.session):
        messages.warning(request, _("Your wallet does not cover the budget yet."))
        return redirect(f"{reverse('budget')}?{urlencode({'next': _next(request)})}")
    return redirect(_next(request) or "budget")


def _means(viewer: User) -> dict[str, object]:
    plan = Plan.objects.filter(subscriber=viewer).first()
    wallets = LedgerAccount.objects.filter(owner=viewer, kind=LedgerAccount.Kind.WALLET)
    return {
        "plan": plan,
        "wallets": wallets.order_by("currency"),
        "currencies": settings.CURRENCIES,
        "play_money": settings.PLAY_MONEY,
        "minimum": settings.MINIMUM_BUDGET,
    }


def _next(request: HttpRequest) -> str:
    """Where the viewer came from, if that is a page of this site."""
    asked = request.POST.get("next") or request.GET.get("next", "")
    host = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(asked, host, require_https=request.is_secure())
    return asked if safe else ""
