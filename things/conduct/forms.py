"""The form on which something is reported."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from things.conduct.models import WORDS_LENGTH, Report


class ReportForm(forms.Form):
    """What is wrong, in words if they like, and where to answer if they like."""

    ground = forms.ChoiceField(
        label=_("What is wrong with it?"), choices=Report.Ground, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=_("In your words"),
        required=False,
        max_length=WORDS_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("If you like. It helps to say what you saw, and where."),
    )
    email = forms.EmailField(
        label=_("Where we can answer you"),
        required=False,
        max_length=254,
        help_text=_(
            "If you like. It is used to tell you what came of it, shown to nobody but the people"
            " who look at it, and then forgotten."
        ),
    )
