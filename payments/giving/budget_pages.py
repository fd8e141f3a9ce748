"""The page of a subscriber's budget: what holds now and what from when; set, paused, stopped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.viewer import viewer
from payments.budgets.holding import NoPlan, WalletShort
from payments.budgets.models import Plan
from payments.budgets.outlook import missing_for, outlook_of
from payments.budgets.planning import (
    BudgetNotInCents,
    BudgetTooSmall,
    pause_budget,
    resume_budget,
    set_budget,
    stop_budget,
)
from payments.fields import written_amount
from payments.giving.forms import BudgetForm
from payments.giving.onward import came_from, go_onward
from payments.ledger.models import LedgerAccount
from payments.money import MICROS, format_for_people
from things.templatetags.periods import month_name

# What a newcomer is offered first.
_USUAL = 5 * MICROS


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_budget(request: HttpRequest) -> HttpResponse:
    """What the viewer gives a month: shown, and set."""
    form, short = BudgetForm(request.POST or None, initial=_initial(request)), None
    if request.method == "POST" and form.is_valid():
        try:
            plan = set_budget(
                subscriber=viewer(request),
                amount=form.cleaned_data["amount"],
                currency=form.cleaned_data["currency"],
                at=timezone.now(),
            )
        except BudgetTooSmall:
            form.add_error("amount", _least(form.cleaned_data["currency"]))
        except BudgetNotInCents:
            form.add_error("amount", _("Choose whole cents, and less than a thousand million."))
        except WalletShort as refusal:
            short = refusal
        else:
            amount = format_for_people(plan.amount, plan.currency)
            messages.success(request, _("You give %(amount)s a month.") % {"amount": amount})
            return go_onward(request)
    return _shown(request, form, short)


@login_required
@require_POST
def pause(request: HttpRequest) -> HttpResponse:
    """Give nothing from the next month on, for now."""
    return _changed(request, pause_budget)


@login_required
@require_POST
def resume(request: HttpRequest) -> HttpResponse:
    """Go on giving."""
    return _changed(request, resume_budget)


@login_required
@require_POST
def stop(request: HttpRequest) -> HttpResponse:
    """Give nothing from the next month on."""
    return _changed(request, stop_budget)


def _changed(request: HttpRequest, change: Callable[..., Plan]) -> HttpResponse:
    giver, now = viewer(request), timezone.now()
    try:
        change(subscriber=giver, at=now)
    except NoPlan:
        messages.warning(request, _("You have no budget to change."))
    else:
        messages.success(request, _said(giver, now))
    return redirect("budget")


def _said(giver: User, now: datetime) -> str:
    """What holds after a change, in a sentence."""
    outlook = outlook_of(giver, at=now)
    if outlook.next is not None:
        amount = format_for_people(outlook.next.amount, outlook.next.currency)
        return _("You give %(amount)s a month.") % {"amount": amount}
    if outlook.held is not None:
        month = month_name(outlook.period.next)
        return _("From %(month)s on you give nothing.") % {"month": month}
    return _("You give nothing from now on.")


def _shown(request: HttpRequest, form: BudgetForm, short: WalletShort | None) -> HttpResponse:
    giver = viewer(request)
    outlook = outlook_of(giver, at=timezone.now())
    wallets = LedgerAccount.objects.filter(owner=giver, kind=LedgerAccount.Kind.WALLET)
    context = {
        "form": form,
        "short": short,
        "outlook": outlook,
        "missing": missing_for(outlook),
        "least": written_amount(settings.MINIMUM_BUDGET),
        "wallets": wallets.order_by("currency"),
        "next": came_from(request),
        "paying_in": _paying_in(request),
    }
    refused = bool(form.errors) or short is not None
    return render(request, "payments/budget.html", context, status=400 if refused else 200)


def _initial(request: HttpRequest) -> dict[str, object]:
    plan = Plan.objects.filter(subscriber=viewer(request)).first()
    return {
        "amount": plan.amount if plan else max(_USUAL, settings.MINIMUM_BUDGET),
        "currency": plan.currency if plan else settings.CURRENCIES[0],
        "next": came_from(request),
    }


def _least(currency: str) -> str:
    amount = format_for_people(settings.MINIMUM_BUDGET, currency)
    return _("Give at least %(amount)s a month.") % {"amount": amount}


def _paying_in(request: HttpRequest) -> str:
    """The address of the page on which money comes into the wallet; empty where there is none."""
    came = came_from(request)
    query = f"?{urlencode({'next': came})}" if came else ""
    try:
        return reverse("pay_in") + query
    except NoReverseMatch:
        return reverse("play_money") + query if settings.PLAY_MONEY else ""
