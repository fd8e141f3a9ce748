"""Texts that strangers wrote, made plain: without markup, and without characters that deceive."""

from __future__ import annotations

import re
import unicodedata
from html import unescape

from django.utils.html import strip_tags

_LINE_BREAK = re.compile(r"<br\s*/?>|</p\s*>", re.IGNORECASE)
_NEVER_SHOWN = re.compile(
    r"<(script|style|template)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL
)
# Control characters but tab and line feed; surrogates; and what turns the direction of the text
# after it or is not seen at all, with which one name is made to look like another.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200b\u200e\u200f\u202a-\u202e\u2028\u2029"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_BLANKS = re.compile(r"[^\S\n]+")
_EMPTY_LINES = re.compile(r" ?\n[ \n]*")
# More markup than any text of ours has room for; what is beyond it is not looked at.
_READ = 50_000


def plain_text(text: str, *, most: int) -> str:
    """A text of several lines without markup, of at most so many characters."""
    read = _NEVER_SHOWN.sub("", text[:_READ])
    stripped = unescape(strip_tags(_LINE_BREAK.sub("\n", read)))
    shown = _UNWANTED.sub("", unicodedata.normalize("NFC", stripped.replace("\r\n", "\n")))
    return _EMPTY_LINES.sub("\n", _BLANKS.sub(" ", shown)).strip()[:most].rstrip()


def plain_line(text: str, *, most: int) -> str:
    """A text of one line without markup, of at most so many characters."""
    return " ".join(plain_text(text, most=_READ).split())[:most].rstrip()


def without_deceit(text: str) -> str:
    """A text as it is, but for characters that are not seen and deceive."""
    return _UNWANTED.sub("", text)
