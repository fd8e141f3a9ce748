"""The forms of giving."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.visibility import Visibility
from payments.fields import AmountField, CurrencyField

MEANINGS = {
    Visibility.PUBLIC: _("Public: your name is in the lists of who gave."),
    Visibility.CREATOR: _("Known to the creator only: those to whom you give see your name."),
    Visibility.ANONYMOUS: _("Anonymous: nobody is shown your name."),
}


class VisibilityForm(forms.Form):
    """Who may know what one gives."""

    visibility = forms.ChoiceField(
        label=_("What I give is"),
        choices=[(one.written, meaning) for one, meaning in MEANINGS.items()],
        widget=forms.RadioSelect,
    )
    so_far = forms.BooleanField(label=_("Also what I have given so far"), required=False)


class BudgetForm(forms.Form):
    """What to give a month. `next` is where the giver came from."""

    amount = AmountField(label=_("A month"))
    currency = CurrencyField()
    next = forms.CharField(required=False, widget=forms.HiddenInput)
