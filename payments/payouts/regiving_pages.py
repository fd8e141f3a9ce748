"""The page on which a creator puts earnings into giving."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.security.reauthenticating import freshly_authenticated
from accounts.viewer import viewer
from payments.ledger.posting import KeyReused
from payments.money import format_for_people
from payments.paging import page_of
from payments.payouts.forms import RegivingForm
from payments.payouts.payable import Payable, payable_of
from payments.payouts.regiving import put_into_giving, put_into_giving_so_far
from payments.payouts.requesting import AmountRefused, CreatorSuspended


@dataclass(frozen=True)
class Line:
    """What can be put into giving in one currency, and the form for it, if there is anything."""

    payable: Payable
    form: RegivingForm | None


@never_cache
@freshly_authenticated
@require_http_methods(["GET", "HEAD", "POST"])
def regive(request: HttpRequest) -> HttpResponse:
    """What can be put into giving, a form for each currency; and the deed."""
    form = RegivingForm(request.POST) if request.method == "POST" else None
    if form is not None and form.is_valid() and _done(request, form):
        return redirect("regive")
    context = {
        "lines": [_line(one, form) for one in payable_of(viewer(request), at=timezone.now())],
        "page": page_of(request, put_into_giving_so_far(viewer(request))),
        "form": form,
    }
    return render(request, "payments/regive.html", context, status=400 if form else 200)


def _done(request: HttpRequest, form: RegivingForm) -> bool:
    given = form.cleaned_data
    try:
        transfer = put_into_giving(
            owner=viewer(request),
            amount=given["amount"],
            currency=given["currency"],
            key=given["key"],
            at=timezone.now(),
        )
    except AmountRefused:
        form.add_error("amount", _("Choose at most what can be paid out."))
    except CreatorSuspended:
        form.add_error("amount", _("Your account is suspended: nothing moves."))
    except KeyReused:
        form.add_error("amount", _("This form was used already. Look at what is left."))
    else:
        amount = format_for_people(transfer.amount, transfer.currency, exact=True)
        messages.success(request, _("%(amount)s are in your wallet now.") % {"amount": amount})
        return True
    return False


def _line(payable: Payable, refused: RegivingForm | None) -> Line:
    if refused is not None and refused.data.get("currency") == payable.currency:
        return Line(payable, refused)
    if payable.free <= 0:
        return Line(payable, None)
    initial = {
        "amount": payable.free,
        "currency": payable.currency,
        "key": secrets.token_urlsafe(12),
    }
    return Line(payable, RegivingForm(initial=initial, auto_id=f"id_{payable.currency}_%s"))
