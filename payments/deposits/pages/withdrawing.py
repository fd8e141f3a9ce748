"""The page on which free money is sent back to where it came from."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.viewer import viewer
from payments.deposits.models import Way
from payments.deposits.providers import offered, provider_of
from payments.deposits.tasks import send_refund_soon
from payments.deposits.withdrawing import (
    Returnable,
    WithdrawalRefused,
    returnable,
    withdraw,
    withdrawn,
)
from payments.fields import AmountField
from payments.ledger.posting import NotEnough
from payments.money import format_for_people, minor_unit


class WithdrawalForm(forms.Form):
    """How much of what came in by one way goes back."""

    way = forms.CharField(widget=forms.HiddenInput)
    currency = forms.CharField(widget=forms.HiddenInput)
    key = forms.CharField(widget=forms.HiddenInput, max_length=40)
    amount = AmountField(label=gettext_lazy("Amount"))

    def __init__(self, offer: Returnable, said: Any = None) -> None:
        mine = said is not None and (said.get("way"), said.get("currency")) == (
            offer.way,
            offer.currency,
        )
        initial = {
            "way": offer.way,
            "currency": offer.currency,
            "key": secrets.token_urlsafe(12),
            "amount": offer.amount,
        }
        auto_id = f"id_{offer.way}_{offer.currency}_%s"
        super().__init__(said if mine else None, initial=initial, auto_id=auto_id)
        provider = provider_of(offer.way)
        self.title, self.by_hand = provider.title, provider.by_hand
        self.most, self.code = offer.amount, offer.currency

    def clean_amount(self) -> int:
        """No more than there is, in whole minor units."""
        amount: int = self.cleaned_data["amount"]
        if amount > self.most:
            most = format_for_people(self.most, self.code)
            raise ValidationError(_("At most %(amount)s can go back.") % {"amount": most})
        if amount % minor_unit(self.code):
            raise ValidationError(_("Nobody can pay this amount exactly: leave out some decimals."))
        return amount


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_withdrawal(request: HttpRequest) -> HttpResponse:
    """What can go back, a form for each way; and the deed."""
    said = request.POST if request.method == "POST" else None
    if said is not None and withdrawn(viewer(request), said.get("key", "")):
        return redirect("wallet")  # the form was sent twice
    offers = returnable(viewer(request), [provider.way for provider in offered()])
    shown = [WithdrawalForm(offer, said) for offer in offers]
    chosen = next((form for form in shown if form.is_bound), None)
    if chosen is not None and chosen.is_valid():
        try:
            refunds = withdraw(
                subscriber=viewer(request),
                way=Way(chosen.cleaned_data["way"]),
                currency=chosen.cleaned_data["currency"],
                amount=chosen.cleaned_data["amount"],
                key=chosen.cleaned_data["key"],
                at=timezone.now(),
            )
        except (WithdrawalRefused, NotEnough):
            # Between the form and the deed the money was held, given or taken out.
            chosen.add_error("amount", _("So much is not free any more."))
        else:
            for refund in refunds:
                send_refund_soon(refund)
            messages.success(request, _("It is on its way back to you."))
            return redirect("wallet")
    if said is not None and chosen is None:
        messages.warning(request, _("So much is not free any more."))
        return redirect("withdraw")
    status = 400 if chosen is not None else 200
    return render(request, "payments/withdraw.html", {"forms": shown}, status=status)
