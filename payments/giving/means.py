"""The page on which play money comes into a wallet."""

from __future__ import annotations

import secrets
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from payments.budgets.models import Plan
from payments.deposits.play import PlayMoneyRefused, pay_in_play_money
from payments.giving.onward import came_from, go_onward
from payments.ledger.models import LedgerAccount
from payments.ledger.posting import KeyReused
from payments.money import NotAnAmount, parse_amount


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
            return go_onward(request)
    context = _means(viewer) | {
        "refusal": refusal,
        "next": came_from(request),
        "key": secrets.token_urlsafe(12),
    }
    return render(request, "payments/play_money.html", context, status=400 if refusal else 200)


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
