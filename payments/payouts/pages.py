"""A creator's pages: what can be paid out, asking for it, and where it goes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.security.reauthenticating import freshly_authenticated
from accounts.viewer import viewer
from payments.money import format_for_people
from payments.paging import page_of
from payments.payouts.details import Account, NoDetails, details_of, end_details, enter_details
from payments.payouts.forms import DetailsForm, PayoutForm
from payments.payouts.holds import reasons_for
from payments.payouts.models import Payout, PayoutDetails, Way
from payments.payouts.payable import Payable, payable_of
from payments.payouts.requesting import (
    AmountRefused,
    CreatorSuspended,
    DetailsNotUsable,
    PayoutRefused,
    TooLate,
    cancel_payout,
    request_payout,
)
from payments.payouts.ways import DetailsRefused, open_ways, way_of


@dataclass(frozen=True)
class Line:
    """What can be paid out in one currency, and the form that asks for it, if it can be."""

    payable: Payable
    form: PayoutForm | None


@never_cache
@login_required
@require_safe
def show_payouts(request: HttpRequest) -> HttpResponse:
    """What can be paid out, and what was."""
    return _show(request)


@never_cache
@freshly_authenticated
@require_POST
def ask_for_payout(request: HttpRequest) -> HttpResponse:
    """Ask for a payout."""
    form = PayoutForm(request.POST)
    if not form.is_valid():
        return _show(request, refused=form)
    owner, given = viewer(request), form.cleaned_data
    try:
        payout = request_payout(
            owner=owner,
            amount=given["amount"],
            currency=given["currency"],
            key=given["key"],
            at=timezone.now(),
        )
    except (PayoutRefused, NoDetails) as refusal:
        form.add_error("amount", _why(refusal, given["currency"]))
        return _show(request, refused=form)
    amount = format_for_people(payout.amount, payout.currency)
    messages.success(request, _("%(amount)s are on their way to you.") % {"amount": amount})
    return redirect("payouts")


@never_cache
@login_required
@require_POST
def call_off_payout(request: HttpRequest, payout_id: int) -> HttpResponse:
    """Call a payout off."""
    try:
        cancel_payout(owner=viewer(request), payout_id=payout_id, at=timezone.now())
    except Payout.DoesNotExist as error:
        raise Http404 from error
    except TooLate:
        messages.error(request, _("Too late: this payout is with the bank already."))
    else:
        messages.success(request, _("Called off. The money is your earnings again."))
    return redirect("payouts")


@never_cache
@freshly_authenticated
@require_http_methods(["GET", "HEAD", "POST"])
def edit_details(request: HttpRequest) -> HttpResponse:
    """Where the viewer is paid."""
    owner = viewer(request)
    ways = _ways()
    asked = request.POST.get("way") or request.GET.get("way", "")
    if not ways:
        return render(request, "payments/payout_details.html", {"ways": []})
    way = Way(asked) if asked in ways else ways[0]
    form = DetailsForm(request.POST or None, way=way)
    if request.method == "POST" and form.is_valid():
        account = Account(form.cleaned_data["holder"], form.cleaned_data["number"])
        try:
            entered = enter_details(owner=owner, way=way, account=account, at=timezone.now())
        except DetailsRefused as refusal:
            form.add_error("number", str(refusal))
        else:
            messages.success(request, _("Payouts go to %(account)s.") % {"account": entered.hint})
            return redirect("payout_settings")
    context = {
        "form": form,
        "way": way,
        "ways": ways,
        "details": _details(owner),
        "now": timezone.now(),
    }
    status = 400 if form.is_bound else 200
    return render(request, "payments/payout_details.html", context, status=status)


@never_cache
@freshly_authenticated
@require_POST
def forget_details(request: HttpRequest) -> HttpResponse:
    """Forget where the viewer is paid."""
    end_details(owner=viewer(request), at=timezone.now())
    messages.success(request, _("Your account is forgotten."))
    return redirect("payout_settings")


def _show(request: HttpRequest, refused: PayoutForm | None = None) -> HttpResponse:
    owner, now = viewer(request), timezone.now()
    details = _details(owner)
    usable = details is not None and details.is_usable(at=now) and not owner.suspended
    payouts = owner.payouts.select_related("details").prefetch_related("steps").order_by("-pk")
    context = {
        "lines": [
            _line(payable, details if usable else None, refused)
            for payable in payable_of(owner, at=now)
        ],
        "details": details,
        "usable": usable,
        "page": page_of(request, payouts),
        "minimum": settings.MINIMUM_PAYOUT,
        "day": settings.PAYABLE_DAY,
        "form": refused,
        "cancellable": Payout.State.REQUESTED,
        "held_for": reasons_for(owner),
    }
    return render(request, "payments/payouts.html", context, status=400 if refused else 200)


def _line(payable: Payable, details: PayoutDetails | None, refused: PayoutForm | None) -> Line:
    """The form is offered where there is enough, an account, and a way to it."""
    if refused is not None and refused.data.get("currency") == payable.currency:
        return Line(payable, refused)
    enough = payable.most >= settings.MINIMUM_PAYOUT
    if details is None or not enough or details.way not in open_ways(payable.currency):
        return Line(payable, None)
    initial = {
        "amount": payable.most,
        "currency": payable.currency,
        "key": secrets.token_urlsafe(12),
    }
    return Line(payable, PayoutForm(initial=initial, auto_id=f"id_{payable.currency}_%s"))


def _details(owner: User) -> PayoutDetails | None:
    try:
        return details_of(owner)
    except NoDetails:
        return None


def _ways() -> list[Way]:
    """The ways that pay in one of the site's currencies at least."""
    return [
        Way(way)
        for way in settings.PAYOUT_WAYS
        if any(way_of(way).pays(currency) for currency in settings.CURRENCIES)
    ]


def _why(refusal: Exception, currency: str) -> str:
    """A refusal in the viewer's words."""
    minimum = format_for_people(settings.MINIMUM_PAYOUT, currency)
    match refusal:
        case AmountRefused():
            return _("Choose an amount from %(minimum)s up to what can be paid out.") % {
                "minimum": minimum
            }
        case DetailsNotUsable():
            return _("Nothing can be paid to your account yet.")
        case CreatorSuspended():
            return _("Your account is suspended: nothing is paid out.")
    return _("Say first where you are paid.")
