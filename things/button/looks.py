"""How a button looks: size, colour and language, as its address says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

SIZES = ("compact", "large")
COLOURS = ("green", "blue", "plum", "ink", "paper")

# Width and height of a pasted frame, in CSS pixels, with room for the answer in words beside the
# button; the loader measures instead.
FRAME_SIZES = {"compact": (400, 24), "large": (400, 62)}


@dataclass(frozen=True)
class Look:
    """A button's size, colour and language. The defaults are what an unknown value becomes."""

    size: str = "compact"
    colour: str = "green"
    language: str = "en"


def read_look(fields: Mapping[str, str]) -> Look:
    """The look that a query asks for; Flattr's `button` says the size too.

    The language is the page's (`lang`), never the browser's: so the answer is the same for
    every reader, and can be cached for all.
    """
    size = fields.get("size") or fields.get("button", "")
    colour = fields.get("colour") or fields.get("color", "")
    return Look(
        size=size if size in SIZES else "large" if size == "default" else "compact",
        colour=colour if colour in COLOURS else COLOURS[0],
        language=page_language(fields.get("lang") or fields.get("language", "")),
    )


def page_language(tag: str) -> str:
    """The site's language for a language tag, `fr` for `fr-CH`; else the site's own."""
    code = tag.replace("_", "-").partition("-")[0].lower()
    offered = dict(settings.LANGUAGES)
    return code if code in offered else settings.LANGUAGE_CODE


@dataclass(frozen=True)
class Labels:
    """What stands in the button: before a click, after it, and where it must come again."""

    give: str
    given: str
    again: str

    @property
    def widest(self) -> str:
        """The one that needs most room, so that the button keeps its size."""
        return max(self.give, self.given, key=len)


def labels() -> Labels:
    """The labels in the language that is switched on."""
    return Labels(give=_("Give"), given=_("Given"), again=_("Again?"))
