"""Scripts and styles of the button: small, written by hand, named by what is in them.

An address with a hash never changes its content, so browsers keep it for a year. Comments and
indentation stay in the files and do not travel; names that a line `// short: status=S` lists
travel as the letters beside them.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from things.button.looks import labels

_FILES = Path(__file__).parent / "files"
_PLAIN = (
    *("loader.js", "frame.css", "popup.css", "popup.js"),
    *("notice.css", "notice.js", "builder.js"),
)
_TYPES = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8"}
_COMMENT = {
    "js": re.compile(r"^\s*//.*$", re.MULTILINE),
    "css": re.compile(r"/\*.*?\*/", re.DOTALL),
}
# Spaces beside punctuation, but not those in texts and templates.
_SPACE = re.compile(r"""("[^"]*"|`[^`]*`|\+ \+|- -)|\s*([-=+*/<>!?:;,{}()&|\[\]])\s*""")
_SHORT = re.compile(r"^// short: (.*)$", re.MULTILINE)
_JOINED = re.compile(r"(?<=[;,{(\[:?])\n|\n(?=[.?:)\]}])")
_LOOSE = re.compile(r"\s*([{};,])\s*|(:)\s+")


class NoSuchAsset(LookupError):
    """There is no asset of this name."""


@dataclass(frozen=True)
class Asset:
    """One file as it travels."""

    name: str
    content: bytes
    packed: bytes
    media_type: str
    digest: str

    @property
    def path(self) -> str:
        """Its address on the site."""
        return f"/b/{self.digest}/{self.name}"


def asset(name: str) -> Asset:
    """An asset by its name, such as `frame.css`, or `frame.fr.js` with French words in it.

    Raises NoSuchAsset.
    """
    assets = _assets()
    if name not in assets:
        raise NoSuchAsset(name)
    return assets[name]


@cache
def _assets() -> dict[str, Asset]:
    languages = [code for code, _name in settings.LANGUAGES]
    made = [_made(name, _read(name)) for name in _PLAIN]
    made += [_made(f"frame.{code}.js", _with_words(code)) for code in languages]
    return {asset.name: asset for asset in made}


def _made(name: str, text: str) -> Asset:
    content = text.encode()
    return Asset(
        name=name,
        content=content,
        packed=gzip.compress(content, 9, mtime=0),
        media_type=_TYPES[name.rpartition(".")[2]],
        digest=hashlib.sha256(content).hexdigest()[:12],
    )


def _read(name: str) -> str:
    kind = name.rpartition(".")[2]
    written = (_FILES / name).read_text()
    text = _COMMENT[kind].sub("", written)
    if kind == "css":
        return _LOOSE.sub(r"\1\2", text).strip()
    for short in " ".join(_SHORT.findall(written)).split():
        text = _shortened(text, *short.split("="))
    lines = (_SPACE.sub(r"\1\2", line.strip()) for line in text.splitlines() if line.strip())
    # A line break may stand for a semicolon: only where none can be missing does it go.
    return _JOINED.sub("", "\n".join(lines))


def _shortened(text: str, name: str, letter: str) -> str:
    """Text with another name for a variable: not for a property, nor in a string."""
    return re.sub(rf"(?<![\w$.\"'-]){name}(?![\w$\"'-])", letter, text)


def _with_words(language: str) -> str:
    with translation.override(language):
        words = [
            labels().given,
            labels().again,
            _("Take back"),
            _("No connection. Click to try again."),
        ]
    written = json.dumps(words, ensure_ascii=False, separators=(",", ":"))
    return _read("frame.js").replace("WORDS", written)
