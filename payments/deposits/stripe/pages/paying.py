"""Paying in by card: how much, Stripe's form, and what came of it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.viewer import viewer
from payments.coming_back import address_with_next, page_to_come_back_to
from payments.deposits.crediting import DepositRefused
from payments.deposits.models import Deposit, Way
from payments.deposits.pages.amounts import DepositForm, first_offer, form_was_used
from payments.deposits.providers import taking_money
from payments.deposits.stripe.cards import Cards
from payments.deposits.stripe.client import CardsRefused, CardsUnreachable
from payments.deposits.stripe.paying import (
    Stands,
    TooManyBegun,
    begin_card_deposit,
    look_at_payment,
)
from payments.ledger.models import LedgerAccount
from payments.ledger.posting import KeyReused


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def pay_by_card(request: HttpRequest) -> HttpResponse:
    """How much; then the page with Stripe's form. 404 on a site without Stripe."""
    if not Cards().is_offered():
        raise Http404
    if not settings.DEPOSITS:
        return redirect("pay_in")
    form = DepositForm(request.POST or None, initial=first_offer(viewer(request)))
    back = page_to_come_back_to(request)
    status = 400 if form.is_bound and not form.is_valid() else 200
    if form.is_bound and form.is_valid():
        try:
            deposit = begin_card_deposit(
                subscriber=viewer(request), **form.cleaned_data, at=timezone.now()
            )
        except (DepositRefused, KeyReused, CardsUnreachable) as refusal:
            form.add_error(None, _why(refusal))
            status = 503 if isinstance(refusal, CardsUnreachable) else 400
        else:
            return redirect(address_with_next("card_deposit", back, deposit.pk))
    context = {
        "form": form,
        "next": back,
        "others": _other_ways(back),
    }
    return render(request, "payments/pay_by_card.html", context, status=status)


@never_cache
@login_required
@require_safe
def show_card_deposit(request: HttpRequest, deposit_id: int) -> HttpResponse:
    """Stripe's form for a payment of the viewer's, or what came of it.

    The truth is Stripe's, whom the page asks; not the address by which Stripe led back.
    """
    own = Deposit.objects.filter(subscriber=viewer(request), way=Way.CARD)
    deposit = get_object_or_404(own.select_related("wallet"), pk=deposit_id)
    back = page_to_come_back_to(request)
    context: dict[str, object] = {
        "deposit": deposit,
        "next": back,
        "others": _other_ways(back),
        "another": address_with_next("pay_by_card", back),
        "came_back": "payment_intent" in request.GET,
    }
    if deposit.state == Deposit.State.ARRIVED:
        wallet = LedgerAccount.objects.get(pk=deposit.wallet_id)
        return _shown(request, context | {"stands": "arrived", "wallet": wallet})
    if not Cards().is_offered() or not deposit.external_id:
        return _shown(request, context | {"stands": "failed"})
    try:
        payment = look_at_payment(deposit)
    except CardsUnreachable:
        return _shown(request, context | {"stands": "unknown"}, status=503)
    except CardsRefused:
        return _shown(request, context | {"stands": "failed"})
    back_here = reverse("card_deposit", args=[deposit.pk])
    more: dict[str, object] = {
        "stands": _WORDS[payment.stands],
        "failure": payment.facts.failure,
        "secret": payment.secret,
        "publishable_key": settings.STRIPE_PUBLISHABLE_KEY,
        "return_url": settings.SITE_URL + address_with_next("card_deposit", back, deposit.pk),
        "here": back_here,
    }
    return _shown(request, context | more)


_WORDS = {
    Stands.TO_PAY: "to_pay",
    Stands.PROCESSING: "processing",
    Stands.PAID: "paid",
    Stands.CANCELED: "failed",
}


def _shown(request: HttpRequest, context: dict[str, object], status: int = 200) -> HttpResponse:
    return render(request, "payments/card_deposit.html", context, status=status)


def _other_ways(back: str) -> list[tuple[object, str]]:
    return [
        (provider.title, address_with_next(provider.page, back))
        for provider in taking_money()
        if provider.way != Way.CARD
    ]


def _why(refusal: Exception) -> str:
    match refusal:
        case CardsUnreachable():
            return _("Stripe does not answer at the moment. Nothing was paid; try again.")
        case TooManyBegun():
            return _("That were many payments in a short time. Try again in an hour.")
        case KeyReused():
            return form_was_used()
    return _("This amount cannot be paid by card. Try another.")
