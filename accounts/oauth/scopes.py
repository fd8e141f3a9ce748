"""What an application may be allowed to do, in words for the person who allows it."""

from __future__ import annotations

import re
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

_BETWEEN = re.compile(r"[\s,+]+")


class Scope(StrEnum):
    """Flattr's four scopes, which never reveal money; our two that are about it; and partners'."""

    FLATTR = "flattr"
    THING = "thing"
    EMAIL = "email"
    EXTENDEDREAD = "extendedread"
    MONEY = "money"
    BUDGET = "budget"
    PARTNER = "partner"


MEANINGS = {
    Scope.FLATTR: _("Click for you, take clicks back, and keep standing clicks"),
    Scope.THING: _("Register, change and delete things in your name"),
    Scope.EMAIL: _("Read your e-mail address"),
    Scope.EXTENDEDREAD: _("See your e-mail address, when you joined, and your hidden things"),
    Scope.MONEY: _("See your budget, what each of your clicks was worth, and what you earned"),
    Scope.BUDGET: _("Change what you give each month"),
    Scope.PARTNER: _("Say for your service who its people are, and read its messages"),
}

# Of the two that can cost or move money the consent page says more.
CONSEQUENCES = {
    Scope.FLATTR: _(
        "Each click takes an equal part of your monthly budget. A click never makes you give more "
        "than that budget, but it makes every other click of the month worth less."
    ),
    Scope.BUDGET: _("A higher budget is given from the money that you paid in."),
}

DEFAULT = [Scope.FLATTR]


def split_scopes(text: str) -> list[str]:
    """The scopes named in a text, between spaces, commas or plus signs, each once."""
    return list(dict.fromkeys(word for word in _BETWEEN.split(text) if word))
