"""The forms of a creator: where to be paid, and how much."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from payments.fields import AmountField
from payments.payouts.models import Way


class DetailsForm(forms.Form):
    """Where to be paid, by one way."""

    holder = forms.CharField(
        label=_("Whose account it is"),
        max_length=200,
        help_text=_("The name as your bank has it."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    number = forms.CharField(max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *arguments: object, way: Way, **keywords: object) -> None:
        super().__init__(*arguments, **keywords)  # type: ignore[arg-type]
        number = self.fields["number"]
        number.label = _("IBAN") if way == Way.SEPA else _("How to pay you")
        if way == Way.MANUAL:
            self.fields["holder"].help_text = ""
            number.help_text = _("In one line, such as the address of an account elsewhere.")


class RegivingForm(forms.Form):
    """How much of one's earnings to put into giving. `key` makes the form sent twice one step."""

    amount = AmountField(label=_("Amount"))
    currency = forms.CharField(max_length=3, widget=forms.HiddenInput)
    key = forms.CharField(max_length=60, widget=forms.HiddenInput)


class PayoutForm(forms.Form):
    """How much, in a currency. `key` makes the form sent twice one payout."""

    amount = AmountField(label=_("Amount"))
    currency = forms.CharField(max_length=3, widget=forms.HiddenInput)
    key = forms.CharField(max_length=60, widget=forms.HiddenInput)
