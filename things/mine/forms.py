"""Forms in which creators say what their things are."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.texts import plain_line, plain_text, without_deceit
from things.addresses import URL_BYTES, NotAWebAddress, tidy_url
from things.autosubmit import MOST_TAGS, TAG_LENGTH
from things.canonical import canonical_url
from things.catalogue import Category, language_choices
from things.models import DESCRIPTION_LENGTH, TITLE_LENGTH, Thing


class AddressField(forms.CharField):
    """A web address; `ben.example` is taken for `https://ben.example`."""

    widget = forms.URLInput

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=URL_BYTES, **options)

    def clean(self, value: Any) -> str:
        """The address as browsers send it. Raises ValidationError."""
        text = str(super().clean(value) or "")
        if not text:
            return ""
        try:
            return tidy_url(text if "://" in text else f"https://{text}")
        except NotAWebAddress as refusal:
            raise forms.ValidationError(
                _("Write a whole web address, such as https://blog.example/post.")
            ) from refusal


class TagsField(forms.CharField):
    """Tags between commas."""

    def prepare_value(self, value: Any) -> Any:
        """A list as it is written."""
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[str]:
        """The tags, each once. Raises ValidationError if there are too many, or long ones."""
        words = [plain_line(word, most=200) for word in str(super().clean(value)).split(",")]
        tags = list(dict.fromkeys(word for word in words if word))
        if len(tags) > MOST_TAGS or any(len(tag) > TAG_LENGTH for tag in tags):
            raise forms.ValidationError(
                _("At most %(tags)s tags of at most %(characters)s characters."),
                params={"tags": MOST_TAGS, "characters": TAG_LENGTH},
            )
        return tags


class AskForm(forms.Form):
    """The first step: which address."""

    url = AddressField(
        label=_("Address"), help_text=_("Of a page, such as https://blog.example/post.")
    )


class FilingForm(forms.Form):
    """Under what things are filed."""

    category = forms.ChoiceField(label=_("Category"), choices=Category.choices)
    language = forms.ChoiceField(label=_("Language"), choices=language_choices)
    tags = TagsField(
        label=_("Tags"), required=False, help_text=_("Words between commas, such as tea, music.")
    )
    hidden = forms.BooleanField(
        label=_("Keep it out of public lists"),
        required=False,
        help_text=_("It can be clicked all the same."),
    )


class ThingForm(FilingForm):
    """What is said of a thing."""

    title = forms.CharField(label=_("Title"), max_length=TITLE_LENGTH)
    description = forms.CharField(
        label=_("Description"),
        max_length=DESCRIPTION_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    field_order = ["url", "title", "description", "category", "language", "tags", "hidden"]

    def clean_title(self) -> str:
        """On one line, without characters that deceive."""
        return plain_line(without_deceit(self.cleaned_data["title"]), most=TITLE_LENGTH)

    def clean_description(self) -> str:
        """Plain."""
        return plain_text(self.cleaned_data["description"], most=DESCRIPTION_LENGTH)

    @property
    def fields_of_thing(self) -> dict[str, Any]:
        """What the form says, by the names of a thing's columns."""
        names = ("title", "description", "category", "language", "tags", "hidden")
        return {name: self.cleaned_data[name] for name in names}


class NewThingForm(ThingForm):
    """The second step: what was read, to be corrected."""

    url = AddressField(label=_("Address"))
    asked = AddressField(required=False, widget=forms.HiddenInput)

    def clean_url(self) -> str:
        """In the one way in which pages are registered. Raises ValidationError."""
        try:
            return canonical_url(self.cleaned_data["url"])
        except NotAWebAddress as refusal:
            raise forms.ValidationError(_("A page cannot have this address.")) from refusal


class MoveForm(forms.Form):
    """The address that a page has now."""

    url = AddressField(
        label=_("New address of the page"),
        help_text=_("Clicks and history go along; the old address goes on leading here."),
    )


class MergeForm(forms.Form):
    """Which other thing of the same owner is taken in."""

    absorbed = AddressField(
        label=_("Address of the other thing"),
        help_text=_("It is taken in by this one, with all its clicks. This cannot be undone."),
    )


class FeedForm(FilingForm):
    """The second step of a feed: what its entries are filed under."""

    url = AddressField(widget=forms.HiddenInput)
    hosts = forms.MultipleChoiceField(
        label=_("Pages of these hosts are yours"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Entries that lead elsewhere do not become things."),
    )
    with_entries = forms.BooleanField(
        label=_("Register the entries that are in the feed now, too"), required=False, initial=True
    )

    field_order = ["url", "hosts", "with_entries", "category", "language", "tags", "hidden"]

    def __init__(self, *arguments: Any, hosts: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["hosts"].choices = hosts  # type: ignore[attr-defined]


def initial_of(thing: Thing) -> dict[str, Any]:
    """What a form about a thing begins with."""
    names = ("title", "description", "category", "language", "tags", "hidden")
    return {name: getattr(thing, name) for name in names}
