"""Fetching a page or a feed from somebody else's site, and sending a message to one.

Only http and https on 80 and 443, only public addresses, checked on the address that is connected
to (Note [The address that was checked]); each redirect is checked in the same way. No proxy from
the environment, no cookies, no sign-in. See docs/decisions/fetcher.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import httpcore
from django.conf import settings

from things.addresses import NotAWebAddress, tidy_url
from things.fetching import network as networks
from things.fetching.bodies import ACCEPTED, read_body
from things.fetching.guarding import Deadline, Guard
from things.fetching.network import Network
from things.fetching.refusals import (
    AddressRefused,
    BadAnswer,
    Downgraded,
    TooManyRedirects,
    Unreachable,
)

_REDIRECTS = {301, 302, 303, 307, 308}
# Beside the body: what heads, chunks and the handshakes may take.
_AROUND = 256 * 1024
_NOT_IN_HEADER = re.compile(r"[^\x20-\x7e]")


@dataclass(frozen=True)
class Limits:
    """How much of a host's answer is waited for: bytes of an unpacked body, seconds for all."""

    most_bytes: int = 2 * 1024 * 1024
    seconds: float = 10
    redirects: int = 5


PAGE = Limits()
MESSAGE = Limits(most_bytes=64 * 1024)


@dataclass(frozen=True)
class Hop:
    """A redirect on the way: the address that was asked, and the status that it gave."""

    url: str
    status: int


@dataclass(frozen=True)
class Fetched:
    """An answer, whatever its status. `url` is where it was found; header names are lower case."""

    url: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    hops: tuple[Hop, ...] = ()

    @property
    def media_type(self) -> str:
        """What the answer says it is, without parameters: `text/html`; empty if it does not."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


def fetch(
    url: str,
    *,
    accept: str,
    headers: Mapping[str, str] | None = None,
    limits: Limits = PAGE,
    network: Network | None = None,
) -> Fetched:
    """Get what is at an address, following redirects.

    Raises a FetchRefused (of things.fetching.refusals): each thing that a hostile host can do ends
    in one of them, within the limits.
    """
    deadline, hops = Deadline(limits.seconds), list[Hop]()
    asked = _checked(url)
    while True:
        asking = _Asking("GET", asked, {"Accept": accept, **(headers or {})})
        answer = _ask(asking, deadline, limits, network or networks.INTERNET)
        location = answer.headers.get("location")
        if answer.status not in _REDIRECTS or location is None:
            return Fetched(answer.url, answer.status, answer.headers, answer.body, tuple(hops))
        hops.append(Hop(asked, answer.status))
        asked = _led_on(asked, location)
        if len(hops) > limits.redirects or any(hop.url == asked for hop in hops):
            raise TooManyRedirects(f"{url} leads to {asked}")


def send(
    url: str,
    *,
    body: bytes,
    headers: Mapping[str, str],
    limits: Limits = MESSAGE,
    network: Network | None = None,
) -> Fetched:
    """Post a message to an address. A redirect is an answer like another: it is not followed.

    Raises a FetchRefused.
    """
    asking = _Asking("POST", _checked(url), headers, body)
    return _ask(asking, Deadline(limits.seconds), limits, network or networks.INTERNET)


@dataclass(frozen=True)
class _Asking:
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None


def _ask(asking: _Asking, deadline: Deadline, limits: Limits, network: Network) -> Fetched:
    guard = Guard(network, deadline, 2 * limits.most_bytes + _AROUND)
    target = httpcore.URL(asking.url)
    try:
        with (
            httpcore.HTTPConnection(
                target.origin, ssl_context=network.tls(), network_backend=guard
            ) as connection,
            connection.stream(
                asking.method, target, headers=_headers(asking), content=asking.body
            ) as answer,
        ):
            headers = _read_headers(answer)
            body = read_body(
                answer.iter_stream(),
                encoding=headers.get("content-encoding", ""),
                most=limits.most_bytes,
            )
            return Fetched(asking.url, answer.status, headers, body)
    except (httpcore.ProtocolError, httpcore.UnsupportedProtocol) as refusal:
        raise BadAnswer(f"{asking.url}: {refusal}") from refusal
    except (httpcore.NetworkError, httpcore.TimeoutException) as refusal:
        raise Unreachable(f"{asking.url}: {refusal}") from refusal


def _headers(asking: _Asking) -> list[tuple[bytes | str, bytes | str]]:
    named = {
        "Host": urlsplit(asking.url).netloc,
        "User-Agent": user_agent(),
        "Accept-Encoding": ACCEPTED,
        "Connection": "close",
        **asking.headers,
    }
    if asking.body is not None:
        named["Content-Length"] = str(len(asking.body))
    return [(name, _NOT_IN_HEADER.sub("", value)) for name, value in named.items()]


def user_agent() -> str:
    """Who asks, so that a host's owner can tell: `Obole (obole.example; +https://…)`."""
    name = _NOT_IN_HEADER.sub("", settings.SITE_NAME).strip() or settings.SITE_HOST
    return f"Obole/1 ({name}; +{settings.SITE_URL})"


def _read_headers(answer: httpcore.Response) -> dict[str, str]:
    """Header names in lower case; of those that come twice, all values between commas."""
    read: dict[str, str] = {}
    for raw_name, raw_value in answer.headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        read[name] = f"{read[name]}, {value}" if name in read else value
    return read


def _led_on(asked: str, location: str) -> str:
    """The address that a redirect leads to. What is not ASCII in it is UTF-8 as a rule."""
    try:
        readable = location.encode("latin-1").decode()
    except UnicodeError:
        readable = location
    led_to = _checked(urljoin(asked, readable.strip()))
    if asked.startswith("https:") and led_to.startswith("http:"):
        raise Downgraded(f"{asked} leads to {led_to}")
    return led_to


def _checked(url: str) -> str:
    """The address without its fragment, which is nobody's business but the reader's."""
    try:
        tidy = tidy_url(url).partition("#")[0]
    except (NotAWebAddress, ValueError) as refusal:
        raise AddressRefused(str(refusal)) from refusal
    if urlsplit(tidy).port is not None:
        raise AddressRefused(f"{tidy} is not on the usual port")
    return tidy
