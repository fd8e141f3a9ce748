"""What clients send: a JSON object or a form, in which every text can be stored."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import QueryDict
from rest_framework.exceptions import ParseError
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def refuse_unstorable(content: Any) -> None:
    """Raises ParseError if a text in it has a NUL or half a surrogate pair.

    PostgreSQL stores neither; no address, title or tag has one in earnest.
    """
    if isinstance(content, str):
        if _UNSTORABLE.search(content):
            raise ParseError("A text has a NUL or half a surrogate pair in it")
        return
    if isinstance(content, Mapping):
        refuse_unstorable(list(content.keys()))
        refuse_unstorable([*_values(content)])
    elif isinstance(content, list):
        for inner in content:
            refuse_unstorable(inner)


def _values(content: Mapping[str, Any]) -> Iterable[Any]:
    if isinstance(content, QueryDict):
        return [value for _name, values in content.lists() for value in values]
    return content.values()


class JsonObject(JSONParser):
    """A JSON object. Raises ParseError for any other value."""

    def parse(self, stream: Any, *context: Any, **more: Any) -> dict[str, Any]:
        """The object; an empty body is an empty object, since some clients send no more."""
        try:
            content = super().parse(stream, *context, **more)
        except RecursionError as refusal:
            raise ParseError("The JSON is nested too deeply") from refusal
        if not isinstance(content, dict):
            raise ParseError("The body must be a JSON object")
        refuse_unstorable(content)
        return content


class Form(FormParser):
    """`application/x-www-form-urlencoded`."""

    def parse(self, stream: Any, *context: Any, **more: Any) -> QueryDict:  # type: ignore[override]
        """The fields."""
        fields = super().parse(stream, *context, **more)
        refuse_unstorable(fields)
        return fields


class MultiPart(MultiPartParser):
    """The same fields as PHP sends them where it is given an array; files are not looked at."""

    def parse(self, stream: Any, *context: Any, **more: Any) -> QueryDict:  # type: ignore[override]
        """The fields."""
        fields: QueryDict = super().parse(stream, *context, **more).data
        refuse_unstorable(fields)
        return fields
