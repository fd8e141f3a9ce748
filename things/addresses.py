"""Which web addresses a thing may have."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

# PostgreSQL's b-tree, which keeps addresses unique, takes keys of up to 2704 bytes.
URL_BYTES = 2048

_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]")


class NotAWebAddress(ValueError):
    """The text is not an absolute http or https address; the message says why."""


def check_url(text: str) -> str:
    """Return the address as it is.

    Raises NotAWebAddress unless it is absolute, http or https, with a host, without user name,
    blanks or control characters, and at most 2048 bytes of UTF-8.
    """
    if len(text.encode(errors="replace")) > URL_BYTES:
        raise NotAWebAddress(f"the address is longer than {URL_BYTES} bytes")
    if _UNPRINTABLE.search(text):
        raise NotAWebAddress("the address has blanks or control characters in it")
    try:
        parts = urlsplit(text)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError as refusal:
        raise NotAWebAddress(f"“{text}” is not an address: {refusal}") from refusal
    if parts.scheme.lower() not in ("http", "https") or not has_host:
        raise NotAWebAddress(f"“{text}” is not an absolute http or https address")
    if "@" in parts.netloc:
        raise NotAWebAddress("the address has a user name or password in it")
    return text


def normalize_url(text: str) -> str:
    """The address with scheme and host as browsers send them; path, query and fragment stay.

    Raises NotAWebAddress where `check_url` does, or where the host has no ASCII form.
    """
    parts = urlsplit(check_url(text.strip()))
    scheme = parts.scheme.lower()
    host = _host(parts.hostname or "", parts.port, scheme)
    return check_url(urlunsplit((scheme, host, parts.path, parts.query, parts.fragment)))


def host_of(url: str) -> str:
    """The host of an address, with its port where that is not the scheme's own."""
    parts = urlsplit(normalize_url(url))
    return parts.netloc


def _host(name: str, port: int | None, scheme: str) -> str:
    try:
        ascii_name = name.encode("idna").decode().lower() if not name.isascii() else name.lower()
    except UnicodeError as refusal:
        raise NotAWebAddress(f"“{name}” is not a host: {refusal}") from refusal
    if ":" in ascii_name:
        ascii_name = f"[{ascii_name}]"
    default = {"http": 80, "https": 443}[scheme]
    return ascii_name if port in (None, default) else f"{ascii_name}:{port}"
