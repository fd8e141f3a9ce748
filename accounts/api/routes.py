"""Addresses of resources: with and without a slash at the end, and with a format's suffix."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import URLPattern, path, register_converter
from django.urls.converters import get_converters

from accounts.api.views import ApiView
from accounts.models import USERNAME_PATTERN


class Username:
    """A user name. One that ends in a format's suffix is read as a name in that format."""

    regex = USERNAME_PATTERN

    def to_python(self, text: str) -> str:
        """The name."""
        return text

    def to_url(self, name: str) -> str:
        """The name."""
        return name


class Suffix(Username):
    """A format that some resource has."""

    regex = "json|xml|yaml|as|atom|txt|csv"


class AnySuffix(Username):
    """What stands where a format does; an unknown one is answered 406."""

    regex = "[A-Za-z0-9]{1,10}"


class Number(Username):
    """An identifier; with at most 18 digits PostgreSQL has room for it."""

    regex = "[0-9]{1,18}"

    def to_python(self, text: str) -> int:  # type: ignore[override]
        """The number."""
        return int(text)


class Numbers(Username):
    """Two or more identifiers between commas, at most 100."""

    regex = "[0-9]{1,18}(?:,[0-9]{1,18}){1,99}"


for name, converter in {
    "username": Username,
    "suffix": Suffix,
    "any_suffix": AnySuffix,
    "number": Number,
    "numbers": Numbers,
}.items():
    if name not in get_converters():
        register_converter(converter, name)


@dataclass(frozen=True)
class Resource:
    """A view and its address below `/rest/v2/`, without slash and suffix."""

    route: str
    view: type[ApiView]

    def patterns(self) -> list[URLPattern]:
        """All spellings. A name may have dots, so only a known suffix ends one."""
        view = self.view.as_view()
        if "<path:" in self.route:
            return [path(self.route, view)]
        suffix = "suffix" if self.route.endswith("<username:username>") else "any_suffix"
        spellings = [f"{self.route}.<{suffix}:format>", self.route]
        return [path(f"{one}{slash}", view) for one in spellings for slash in ("", "/")]
