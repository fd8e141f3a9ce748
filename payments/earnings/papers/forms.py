"""The forms of statements: which months, and who they are made out to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from payments.earnings.papers.models import BillingDetails
from things.periods import NotAPeriod, Period

if TYPE_CHECKING:
    _DetailsForm = forms.ModelForm[BillingDetails]
else:
    _DetailsForm = forms.ModelForm

_MONTH = forms.TextInput(attrs={"type": "month", "placeholder": "2010-09", "autocomplete": "off"})


class PaperForm(forms.Form):
    """From which month to which, in which currency."""

    first = forms.CharField(label=_("First month"), max_length=7, widget=_MONTH)
    last = forms.CharField(label=_("Last month"), max_length=7, widget=_MONTH)
    currency = forms.ChoiceField(label=_("Currency"))

    def __init__(self, *arguments: object, currencies: list[str], **keywords: object) -> None:
        super().__init__(*arguments, **keywords)  # type: ignore[arg-type]
        choices = [(code, code) for code in currencies]
        self.fields["currency"] = forms.ChoiceField(label=_("Currency"), choices=choices)

    def clean_first(self) -> Period:
        """As a period."""
        return _period(self.cleaned_data["first"])

    def clean_last(self) -> Period:
        """As a period."""
        return _period(self.cleaned_data["last"])


class BillingForm(_DetailsForm):
    """Who statements are made out to."""

    class Meta:
        model = BillingDetails
        fields = ("legal_name", "address", "tax_number")
        labels = {
            "legal_name": _("Name or company"),
            "address": _("Address"),
            "tax_number": _("Tax number"),
        }
        widgets = {
            "legal_name": forms.TextInput(attrs={"autocomplete": "organization"}),
            "address": forms.Textarea(attrs={"rows": 4, "autocomplete": "street-address"}),
        }


def _period(text: str) -> Period:
    try:
        return Period.parse(text)
    except NotAPeriod as refusal:
        raise forms.ValidationError(gettext("Write a month like 2010-09.")) from refusal
