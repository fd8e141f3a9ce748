"""The form in which a creator says how a button is to be."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from things.autosubmit import DESCRIPTION_LENGTH
from things.button.looks import Look
from things.catalogue import Category, language_choices

_SIZES = [("compact", _("compact")), ("large", _("large"))]
_COLOURS = [
    ("green", _("green")),
    ("blue", _("blue")),
    ("plum", _("plum")),
    ("ink", _("ink")),
    ("paper", _("paper")),
]


class ButtonForm(forms.Form):
    """What a submission says of a page, and the look of its button.

    It is only shown: the address is read as those of buttons are, by `read_submission`.
    """

    user_id = forms.CharField(label=_("Your user name"))
    url = forms.URLField(
        label=_("Address of the page"),
        assume_scheme="https",
        widget=forms.URLInput(attrs={"placeholder": "https://blog.example/post"}),
    )
    title = forms.CharField(label=_("Title"), max_length=100, required=False)
    description = forms.CharField(
        label=_("Description"),
        max_length=DESCRIPTION_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    tags = forms.CharField(label=_("Tags, between commas"), required=False)
    category = forms.ChoiceField(label=_("Category"), choices=Category)
    language = forms.ChoiceField(label=_("Language of the page"))
    lang = forms.ChoiceField(label=_("Language of the button"), choices=settings.LANGUAGES)
    size = forms.ChoiceField(label=_("Size"), choices=_SIZES)
    colour = forms.ChoiceField(label=_("Colour"), choices=_COLOURS)
    hidden = forms.BooleanField(
        label=_("Keep it out of public lists"),
        required=False,
        widget=forms.CheckboxInput(attrs={"value": "1"}, check_test=bool),
    )

    def __init__(self, said: dict[str, str], look: Look) -> None:
        chosen = {"size": look.size, "colour": look.colour, "lang": look.language}
        super().__init__(initial=said | chosen)
        self.fields["language"].choices = language_choices()  # type: ignore[attr-defined]
