"""The form of one's mails."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.mail.kinds import switchable_kinds


class MailChoices(forms.Form):
    """The kinds that one wants to get."""

    kinds = forms.TypedMultipleChoiceField(
        label=_("Write to me about"),
        choices=lambda: [(kind.value, kind.label) for kind in switchable_kinds()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
