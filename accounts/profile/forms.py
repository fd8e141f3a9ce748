"""The form of the profile."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, cast
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.texts import without_deceit

if TYPE_CHECKING:
    _UserForm = forms.ModelForm[User]
else:
    _UserForm = forms.ModelForm


class ProfileForm(_UserForm):
    """Display name, language and time zone."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("In which times are shown to you. Months end in the time zone of the site."),
    )

    class Meta:
        model = User
        fields = ("display_name", "language", "time_zone")
        help_texts = {"display_name": _("How people are told your name. It need not be unique.")}
        widgets = {"display_name": forms.TextInput(attrs={"autocomplete": "name"})}

    def __init__(self, *arguments: object, **keywords: object) -> None:
        super().__init__(*arguments, **keywords)  # type: ignore[arg-type]
        # Of this moment: the zones of the machine may be brought up to date under us.
        zones = cast("forms.ChoiceField", self.fields["time_zone"])
        zones.choices = _time_zones(self.instance.time_zone)

    def clean_display_name(self) -> str:
        """Without characters that make one name look like another."""
        return without_deceit(self.cleaned_data["display_name"]).strip()


def _time_zones(known: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """All zones with a city in their name, by continent; and UTC, and the one that is set."""
    cities = [name for name in available_timezones() if "/" in name and not _is_technical(name)]
    names = sorted({"UTC", known, *cities})
    return [
        (continent, [(name, _shown(name)) for name in inside])
        for continent, inside in groupby(names, key=lambda name: name.partition("/")[0])
    ]


def _is_technical(name: str) -> bool:
    return name.startswith(("Etc/", "SystemV/", "posix/", "right/"))


def _shown(name: str) -> str:
    _continent, _, city = name.partition("/")
    return (city or name).replace("_", " ")
