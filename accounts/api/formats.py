"""The formats of answers: JSON as Flattr wrote it, JSONP, XML, YAML, plain text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree import ElementTree as ET

import yaml
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

# Activity Streams, which one client asks for ever after it has read activities once.
STREAM = "application/stream+json"

_CALLBACK = re.compile(r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*", re.ASCII)
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def is_callback(name: str) -> bool:
    """Whether a name is JavaScript identifiers between dots, at most 100 characters in all."""
    return len(name) <= 100 and _CALLBACK.fullmatch(name) is not None


def write_json(content: object) -> str:
    """Compact ASCII with escaped slashes, as PHP wrote it: safe inside a page's script, too."""
    return json.dumps(content, separators=(",", ":")).replace("/", "\\/")


def printable_in_xml(text: str) -> str:
    """A text without the characters that XML 1.0 cannot hold."""
    return _NOT_IN_XML.sub("", text)


class Json(BaseRenderer):
    """`.json`, the default."""

    media_type = "application/json"
    format = "json"
    charset = "utf-8"

    def render(self, data: Any, media_type: object = None, context: Any = None) -> bytes:
        """JSON; nothing for an answer without a body."""
        return b"" if data is None else write_json(data).encode()


class Jsonp(Json):
    """`?jsonp=callback`: a script that hands the answer to a function."""

    media_type = "application/javascript"
    format = "jsonp"

    def render(self, data: Any, media_type: object = None, context: Any = None) -> bytes:
        """The call. The comment before it keeps the answer from being taken for another type."""
        callback = context["request"].query_params["jsonp"]
        return f"/**/{callback}({write_json(data)});".encode()


class Yaml(BaseRenderer):
    """`.yaml`."""

    media_type = "application/yaml"
    format = "yaml"
    charset = "utf-8"

    def render(self, data: Any, *_context: object) -> bytes:
        """YAML, keys in the order of the JSON."""
        text: str = yaml.safe_dump(
            json.loads(json.dumps(data)), allow_unicode=True, sort_keys=False
        )
        return text.encode()


class Xml(BaseRenderer):
    """`.xml`: an element for each key; those of a list are named for the `type` of what is in it.

    Characters that XML cannot hold are left out.
    """

    media_type = "text/xml"
    format = "xml"
    charset = "utf-8"

    def render(self, data: Any, *_context: object) -> bytes:
        """The document."""
        root = ET.Element("flattr")
        _write(root, data)
        return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


class Text(BaseRenderer):
    """`.txt`: a line for each row of a list of identifiers and texts."""

    media_type = "text/plain"
    format = "txt"
    charset = "utf-8"

    def render(self, data: Any, *_context: object) -> bytes:
        """`id text`, or for an error what it says."""
        if isinstance(data, Mapping):
            return f"{data['error']}: {data['error_description']}\n".encode()
        return "".join(f"{row['id']} {row['text']}\n" for row in data).encode()


class Negotiation(DefaultContentNegotiation):
    """The suffix decides, else `jsonp`, else `Accept`."""

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        """The renderer and its media type. Raises NotAcceptable if there is none."""
        renderers = list(renderers)
        if is_callback(request.query_params.get("jsonp", "")):
            return Jsonp(), Jsonp.media_type
        if not format_suffix and renderers[0].format != "as":
            # That client reads lists as JSON, whatever it asks for: streams need their suffix.
            renderers = [one for one in renderers if one.format != "as"]
        try:
            chosen = super().select_renderer(request, renderers, format_suffix)
        except NotAcceptable:
            if format_suffix or STREAM not in request.headers.get("Accept", ""):
                raise
            return renderers[0], renderers[0].media_type or ""
        return chosen[0], chosen[1]

    def filter_renderers(  # type: ignore[override]
        self,
        renderers: list[BaseRenderer],
        format: str,  # noqa: A002 - its name there
    ) -> list[BaseRenderer]:
        """Those of a suffix. Raises NotAcceptable where Django REST framework would say 404."""
        found = [renderer for renderer in renderers if renderer.format == format]
        if not found:
            raise NotAcceptable
        return found


def _write(parent: ET.Element, content: Any) -> None:
    if isinstance(content, Mapping):
        for name, inner in content.items():
            _write(ET.SubElement(parent, name), inner)
    elif isinstance(content, list | tuple):
        for inner in content:
            name = inner.get("type", "item") if isinstance(inner, Mapping) else "item"
            _write(ET.SubElement(parent, name), inner)
    elif content is not None:
        text = str(content).lower() if isinstance(content, bool) else str(content)
        parent.text = printable_in_xml(text)
