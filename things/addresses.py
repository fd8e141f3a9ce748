"""Which web addresses a thing may have, and how one address is written in one way only.

`tidy_url` writes an address as a browser sends it; which parts of it say what the page is, is
for `things.canonical` to judge. RFC 3986 section 6, and the URL Standard where browsers differ.
"""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import urlsplit, urlunsplit

import idna

# PostgreSQL's b-tree, which keeps addresses unique, takes keys of up to 2704 bytes.
URL_BYTES = 2048
DEFAULT_PORTS = {"http": 80, "https": 443}

_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]")
_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*", re.ASCII)
_BRACKETED = re.compile(r"\[[^\[\]]*\](?::[0-9]*)?", re.ASCII)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]", re.ASCII)
_NOT_IN_PATH = re.compile(r"[^A-Za-z0-9._~!$&'()*+,;=:@/%-]", re.ASCII)
_NOT_IN_QUERY = re.compile(r"[^A-Za-z0-9._~!$&'()*+,;=:@/?%-]", re.ASCII)


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
    if parts.scheme.lower() not in DEFAULT_PORTS or not has_host:
        raise NotAWebAddress(f"“{text}” is not an absolute http or https address")
    if "@" in parts.netloc:
        raise NotAWebAddress("the address has a user name or password in it")
    return text


def tidy_url(text: str) -> str:
    """The address as browsers send it, all of it ASCII, with its fragment. Idempotent.

    Scheme and host in lower case, the host in punycode (UTS 46), no default port, no dot
    segments, escapes in capitals and only where they are needed, and a path of at least `/`.
    Raises NotAWebAddress where `check_url` does, and where the host is none.
    """
    parts = urlsplit(check_url(_with_slashes(text.strip())))
    if "[" in parts.netloc and not _BRACKETED.fullmatch(parts.netloc):
        raise NotAWebAddress(f"“{parts.netloc}” is not a host")
    scheme = parts.scheme.lower()
    host = _host(parts.hostname or "", parts.port, scheme)
    path = _without_dots(_escaped(parts.path, _NOT_IN_PATH)) or "/"
    query = _escaped(parts.query, _NOT_IN_QUERY)
    fragment = _escaped(parts.fragment, _NOT_IN_QUERY)
    return check_url(urlunsplit((scheme, host, path, query, fragment)))


def host_of(url: str) -> str:
    """The host of an address, with its port where that is not the scheme's own."""
    return urlsplit(tidy_url(url)).netloc


def same_site(one: str, other: str) -> bool:
    """Whether two addresses are on one host; `www.` before it makes no other site of it."""
    return _bare_host(one) == _bare_host(other)


def _bare_host(url: str) -> str:
    return host_of(url).removeprefix("www.")


def _with_slashes(text: str) -> str:
    """Browsers read a backslash as a slash, up to the query."""
    end = min((at for at in (text.find("?"), text.find("#")) if at >= 0), default=len(text))
    return text[:end].replace("\\", "/") + text[end:]


def _host(name: str, port: int | None, scheme: str) -> str:
    host = f"[{_six(name)}]" if ":" in name else _name(name)
    return host if port in (None, DEFAULT_PORTS[scheme]) else f"{host}:{port}"


def _six(text: str) -> str:
    try:
        address = IPv6Address(text)
    except AddressValueError as refusal:
        raise NotAWebAddress(f"“{text}” is not a host: {refusal}") from refusal
    if address.scope_id is not None:
        raise NotAWebAddress(f"“{text}” is not a host: a zone means something on one machine only")
    return address.compressed


def _name(name: str) -> str:
    host = (name.lower() if name.isascii() else _punycode(name)).removesuffix(".")
    if not _HOST.fullmatch(host):
        raise NotAWebAddress(f"“{name}” is not a host")
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        try:
            IPv4Address(host)
        except AddressValueError as refusal:
            # Other spellings (octal, hexadecimal, one number) hide what address they are.
            raise NotAWebAddress(f"“{name}” is not a host: {refusal}") from refusal
    return host


def _punycode(name: str) -> str:
    """UTS 46, not transitional. What IDNA 2008 leaves out but browsers take is taken, too."""
    try:
        mapped = idna.uts46_remap(name, std3_rules=False, transitional=False)
        return ".".join(_label(label) for label in mapped.split("."))
    except (idna.IDNAError, UnicodeError) as refusal:
        raise NotAWebAddress(f"“{name}” is not a host: {refusal}") from refusal


def _label(label: str) -> str:
    if label.isascii():
        return label
    try:
        return idna.alabel(label).decode()
    except idna.IDNAError:
        return f"xn--{label.encode('punycode').decode()}"


def _escaped(text: str, forbidden: re.Pattern[str]) -> str:
    """Needless escapes undone, needed ones made, a bare percent sign escaped itself."""
    pieces = _ESCAPE.split(text)
    # Every second piece is the two digits of an escape.
    plain = [_plain(piece, forbidden) for piece in pieces[::2]]
    escapes = [_escape(digits) for digits in pieces[1::2]]
    return "".join(piece for pair in zip(plain, [*escapes, ""], strict=True) for piece in pair)


def _plain(text: str, forbidden: re.Pattern[str]) -> str:
    def escape(found: re.Match[str]) -> str:
        return "".join(f"%{byte:02X}" for byte in found[0].encode())

    try:
        return forbidden.sub(escape, text.replace("%", "%25"))
    except UnicodeError as refusal:
        raise NotAWebAddress(f"the address is not Unicode: {refusal}") from refusal


def _escape(digits: str) -> str:
    character = chr(int(digits, 16))
    return character if _UNRESERVED.fullmatch(character) else f"%{digits.upper()}"


def _without_dots(path: str) -> str:
    kept: list[str] = []
    segments = path.split("/")[1:]
    for number, segment in enumerate(segments, 1):
        if segment == "..":
            kept = kept[:-1]
        elif segment != ".":
            kept.append(segment)
        if number == len(segments) and segment in {".", ".."}:
            kept.append("")
    return "/" + "/".join(kept) if segments else ""
