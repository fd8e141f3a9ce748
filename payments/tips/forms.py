"""The forms of tips: what to give to a creator, and which creator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.visibility import Visibility, read_visibility
from payments.fields import AmountField
from payments.tips.finding import creator_meant
from payments.tips.models import KEY_LENGTH, NOTE_LENGTH

_MEANINGS = {
    Visibility.PUBLIC: _("Public: everybody may know that I gave."),
    Visibility.CREATOR: _("Known to the creator only."),
    Visibility.ANONYMOUS: _("Anonymous: nobody is shown my name."),
}
_NOTE = forms.Textarea(attrs={"rows": 3, "maxlength": NOTE_LENGTH, "dir": "auto"})


class TipForm(forms.Form):
    """How much, and a note. `key` makes the form sent twice one tip; `fee` is what was shown."""

    amount = AmountField(label=_("Amount"))
    currency = forms.ChoiceField(label=_("Currency"))
    note = forms.CharField(
        label=_("Note to the creator"),
        required=False,
        max_length=NOTE_LENGTH,
        widget=_NOTE,
        help_text=_("They alone read it, even if the tip is anonymous: then do not sign it."),
    )
    visibility = forms.ChoiceField(
        label=_("This tip is"),
        choices=[(one.written, meaning) for one, meaning in _MEANINGS.items()],
        widget=forms.RadioSelect,
    )
    key = forms.CharField(max_length=KEY_LENGTH, widget=forms.HiddenInput)
    fee = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, currencies: Sequence[str], **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        choices = [(code, code) for code in currencies]
        self.fields["currency"] = forms.ChoiceField(label=_("Currency"), choices=choices)
        if len(choices) == 1:
            self.fields["currency"].widget = forms.HiddenInput()

    def clean_visibility(self) -> Visibility:
        """As the code knows it."""
        return read_visibility(self.cleaned_data["visibility"])


class WhoForm(forms.Form):
    """Whom to give to: by a user name, or by the address of a page of theirs."""

    to = forms.CharField(
        label=_("Who is it for?"),
        max_length=2000,
        help_text=_("A user name, or the address of a page that has a button."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )

    def clean_to(self) -> User:
        """The creator. Raises ValidationError where nobody is meant."""
        creator = creator_meant(self.cleaned_data["to"])
        if creator is None:
            raise ValidationError(gettext("We know nobody by this name or address."))
        return creator
