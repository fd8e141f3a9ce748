"""The badge: a small picture for where no script and no frame may be, as in feeds and mail."""

from __future__ import annotations

from django.utils import translation
from django.utils.formats import number_format
from django.utils.html import escape

from things.button.looks import labels

# The button as it stands in its frame: the label in the colour, the count beside it in white.
_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="24" role="img"'
    ' aria-label="{said}"><rect width="{width}" height="24" rx="12" fill="#0a6b4a"/>'
    '<circle cx="14" cy="12" r="5.6" fill="none" stroke="#fff" stroke-width="3.2"'
    ' stroke-dasharray="4.8 1.064"/>'
    '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="12"'
    ' font-weight="700"><text x="26" y="16.5" textLength="{length}">{label}</text>{count}</g></svg>'
)
_COUNT = (
    '<path d="M{x} 1h{flat}a11 11 0 0 1 0 22h-{flat}z"/>'
    '<text x="{start}" y="16.5" textLength="{length}" fill="#0a6b4a">{count}</text>'
)

# How wide Verdana's bold letters are, in pixels; what is not here is as wide as most.
_LETTERS = dict.fromkeys("ijlfr t.,'", 4.6) | dict.fromkeys("mwMW", 12.0)
_LETTER = 8.4


def draw_badge(*, language: str, count: int | None) -> str:
    """The picture, with the count where there is one. Each text is fitted to its room."""
    with translation.override(language):
        label = labels().give
        number = "" if count is None else number_format(count, force_grouping=True)
    length = _length(label)
    half = length + 26 + (8 if number else 12)
    return _SVG.format(
        width=half + (_length(number) + 19 if number else 0),
        said=escape(f"{label} · {number}" if number else label),
        length=length,
        label=escape(label),
        count=number and _count(number, half),
    )


def _count(number: str, x: int) -> str:
    length = _length(number)
    return _COUNT.format(x=x, flat=length + 7, start=x + 7, length=length, count=escape(number))


def _length(text: str) -> int:
    return round(sum(_LETTERS.get(letter, _LETTER) for letter in text))
