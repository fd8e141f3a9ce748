"""How much is to be paid in: the form of all ways that ask for it."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from payments.fields import AmountField, CurrencyField
from payments.ledger.models import LedgerAccount
from payments.money import MICROS, format_for_people, minor_unit

# What is offered first.
USUAL = 20 * MICROS


class DepositForm(forms.Form):
    """How much is to be paid in. `key` makes the form sent twice one payment."""

    amount = AmountField()
    currency = CurrencyField()
    key = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def clean(self) -> dict[str, Any]:
        """Within the site's bounds, in whole minor units."""
        cleaned = super().clean() or {}
        amount, currency = cleaned.get("amount"), cleaned.get("currency")
        if amount is None or currency is None:
            return cleaned
        if not settings.MINIMUM_DEPOSIT <= amount <= settings.MAXIMUM_DEPOSIT:
            bounds = {
                "least": format_for_people(settings.MINIMUM_DEPOSIT, currency),
                "most": format_for_people(settings.MAXIMUM_DEPOSIT, currency),
            }
            self.add_error("amount", _("Choose from %(least)s to %(most)s.") % bounds)
        elif amount % minor_unit(currency):
            self.add_error(
                "amount", _("Nobody can pay this amount exactly: leave out some decimals.")
            )
        return cleaned


def first_offer(payer: User) -> dict[str, object]:
    """The usual amount, in the currency of the fullest wallet, under a new key."""
    wallets = LedgerAccount.objects.filter(
        owner=payer, kind=LedgerAccount.Kind.WALLET, currency__in=settings.CURRENCIES
    )
    fullest = wallets.order_by("-owed", "-balance", "pk").first()
    return {
        "amount": max(USUAL, settings.MINIMUM_DEPOSIT),
        "currency": fullest.currency if fullest else settings.CURRENCIES[0],
        "key": secrets.token_urlsafe(12),
    }


def form_was_used() -> str:
    """What is told where the key of a form belongs to another payment."""
    return _("This form was used for another payment already. Open it again.")
