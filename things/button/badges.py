"""The badge: a small picture for where no script and no frame may be, as in feeds and mail."""

from __future__ import annotations

from django.utils import translation
from django.utils.formats import number_format
from django.utils.html import escape
from django.utils.translation import gettext as _

_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="24" role="img"'
    ' aria-label="{label}"><rect width="{width}" height="24" rx="12" fill="#0a6b4a"/>'
    '<circle cx="13" cy="12" r="5.5" fill="none" stroke="#fff" stroke-width="2"/>'
    '<text x="24" y="16.5" fill="#fff" font-family="system-ui,sans-serif" font-size="13"'
    ' font-weight="600" textLength="{length}">{label}</text></svg>'
)
_LETTER = 7.5


def draw_badge(*, language: str, count: int | None) -> str:
    """The picture, with the count where there is one. The text is scaled to its room."""
    with translation.override(language):
        label = _("Give")
        if count is not None:
            label = f"{label} · {number_format(count, force_grouping=True)}"
    length = round(len(label) * _LETTER)
    return _SVG.format(label=escape(label), length=length, width=length + 36)
