"""The forms of the lists of things, and of a creator's sites."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from things.catalogue import Category, language_choices
from things.pages.listing import Choice

_ALL = ("", _("All"))


class ChoiceForm(forms.Form):
    """What of the catalogue one wants to see. It is only shown: Choice cleans what is asked."""

    category = forms.ChoiceField(label=_("Category"), required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)
    tag = forms.CharField(label=_("Tag"), required=False, max_length=60)

    def __init__(self, choice: Choice) -> None:
        super().__init__(initial=vars(choice))
        self.fields["category"].choices = [_ALL, *Category.choices]  # type: ignore[attr-defined]
        self.fields["language"].choices = [_ALL, *language_choices()]  # type: ignore[attr-defined]


class SiteForm(forms.Form):
    """The address of a site that a creator says is theirs."""

    address = forms.CharField(
        label=_("Address of a site, or of a page of yours on a site of many"),
        widget=forms.TextInput(attrs={"placeholder": "blog.example", "autocomplete": "url"}),
    )
