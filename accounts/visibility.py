"""Who learns what somebody gives: everybody, the creator alone, or nobody."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Visibility(models.IntegerChoices):
    """Who learns that somebody gave, in the order of fewer and fewer.

    It says who is shown a name: what is given, and how much a creator gets, is the same.
    """

    PUBLIC = 0, _("public")
    CREATOR = 1, _("known to the creator only")
    ANONYMOUS = 2, _("anonymous")

    @property
    def written(self) -> str:
        """As forms and the API write it: `public`, `creator`, `anonymous`."""
        return self.name.lower()


# What creators and the public are shown alike, where a condition is cheaper than two.
KNOWN_TO_CREATORS = (Visibility.PUBLIC, Visibility.CREATOR)


class NotAVisibility(ValueError):
    """The text names none; the message says which there are."""


def read_visibility(text: str) -> Visibility:
    """Read `public`, `creator` or `anonymous`. Raises NotAVisibility."""
    for visibility in Visibility:
        if visibility.written == text:
            return visibility
    names = ", ".join(visibility.written for visibility in Visibility)
    raise NotAVisibility(f"“{text}” is none of {names}")


def chosen_visibility(said: Mapping[str, str]) -> Visibility | None:
    """What a form's field `visibility` says; None where it says nothing that is one."""
    try:
        return read_visibility(said.get("visibility", ""))
    except NotAVisibility:
        return None


def default_visibility() -> Visibility:
    """What a new user begins with: the setting `GIVING_VISIBILITY`."""
    return read_visibility(settings.GIVING_VISIBILITY)
