"""The page of a bank transfer: the account, the reference, and a QR code for banking apps."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from segno.helpers import make_epc_qr

from accounts.models import User
from accounts.viewer import viewer
from payments.coming_back import page_to_come_back_to
from payments.deposits.bank.references import format_reference, reference_of
from payments.deposits.bank.transfer import BankTransfer
from payments.deposits.pages.amounts import USUAL
from payments.fields import AmountField
from payments.money import format_cents, minor_unit

# The largest amount of a SEPA credit transfer (EPC069-12).
MOST = 999_999_990_000 * 1_000


class TransferForm(forms.Form):
    """How much is going to be transferred, for the QR code."""

    amount = AmountField(label=_("Amount"), help_text=_("For the QR code; transfer what you like."))

    def clean_amount(self) -> int:
        """In whole cents, as a transfer has."""
        amount: int = self.cleaned_data["amount"]
        if amount % minor_unit("EUR") or amount > MOST:
            raise forms.ValidationError(_("Nobody can pay this amount exactly."))
        return amount


@never_cache
@login_required
@require_safe
def show_bank_transfer(request: HttpRequest) -> HttpResponse:
    """Where to transfer money, and with which reference. 404 on a site without a bank account."""
    if not BankTransfer().is_offered():
        raise Http404
    if not settings.DEPOSITS:
        return redirect("pay_in")
    form = TransferForm(request.GET if "amount" in request.GET else None, initial={"amount": USUAL})
    amount = form.cleaned_data["amount"] if form.is_bound and form.is_valid() else USUAL
    reference = reference_of(viewer(request))
    context = {
        "form": form,
        "amount": amount,
        "holder": settings.BANK_HOLDER,
        "iban": format_reference(settings.BANK_IBAN),
        "bic": settings.BANK_BIC,
        "reference": format_reference(reference),
        "code": qr_code(viewer(request), amount),
        "next": page_to_come_back_to(request),
    }
    status = 400 if form.is_bound and not form.is_valid() else 200
    return render(request, "payments/bank_transfer.html", context, status=status)


def qr_code(payer: User, amount: int) -> SafeString:
    """The QR code of a SEPA credit transfer (EPC069-12) as SVG, dark on light in any scheme.

    `amount` in micros, whole cents.
    """
    code = make_epc_qr(
        name=settings.BANK_HOLDER[:70],
        iban=settings.BANK_IBAN,
        bic=settings.BANK_BIC or None,
        amount=Decimal(format_cents(amount)),
        reference=reference_of(payer),
    )
    drawn = code.svg_inline(
        scale=1, border=4, light="#fff", dark="#000", omitsize=True, svgclass="qr", lineclass=None
    )
    # Made by the library of numbers alone: nothing that anybody wrote stands in it.
    return mark_safe(drawn)  # noqa: S308
