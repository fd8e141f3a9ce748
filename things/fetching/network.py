"""How names become addresses and addresses connections. Tests put a network of theirs here."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from ipaddress import IPv6Address, ip_address

import certifi
import dns.exception
import dns.name
import dns.resolver

from things.fetching.public import Address
from things.fetching.refusals import HostUnknown, TooSlow

# The addresses of a name; seconds are what is left. Raises HostUnknown or TooSlow.
Resolve = Callable[[str, float], Sequence[Address]]
# The TXT records of a name. Raises TooSlow.
Texts = Callable[[str, float], Sequence[str]]
# A connected socket; an address, so that nothing is left to look up. Raises OSError.
Connect = Callable[[Address, int, float], socket.socket]


def resolve(host: str, seconds: float) -> Sequence[Address]:
    """Ask the name servers, and them alone: the machine's own list of hosts is not looked at.

    Raises HostUnknown if the name has no address or nobody can say, TooSlow past the seconds.
    """
    try:
        answers = dns.resolver.get_default_resolver().resolve_name(
            dns.name.from_text(f"{host}."), lifetime=seconds, search=False
        )
    except dns.exception.Timeout as refusal:
        raise TooSlow(f"the name servers did not say where {host} is") from refusal
    except (dns.exception.DNSException, OSError) as refusal:
        raise HostUnknown(f"{host}: {refusal}") from refusal
    return [ip_address(address) for address in answers.addresses()]


def resolve_texts(host: str, seconds: float) -> Sequence[str]:
    """The TXT records of a name; none where it has none. Raises TooSlow past the seconds."""
    try:
        answer = dns.resolver.get_default_resolver().resolve(
            dns.name.from_text(f"{host}."), "TXT", lifetime=seconds, search=False
        )
    except dns.exception.Timeout as refusal:
        raise TooSlow(f"the name servers did not say what {host} says") from refusal
    except (dns.exception.DNSException, OSError):
        return []
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]


def connect(address: Address, port: int, seconds: float) -> socket.socket:
    """A TCP connection to exactly this address."""
    family = socket.AF_INET6 if isinstance(address, IPv6Address) else socket.AF_INET
    connected = socket.socket(family, socket.SOCK_STREAM)
    try:
        connected.settimeout(seconds)
        connected.connect((str(address), port))
    except BaseException:
        connected.close()
        raise
    return connected


@cache
def trusted() -> ssl.SSLContext:
    """Certificates as browsers check them: names, dates, and the machine's and Mozilla's roots."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


@dataclass(frozen=True)
class Network:
    """What a fetch stands on."""

    resolve: Resolve = field(default=resolve)
    connect: Connect = field(default=connect)
    texts: Texts = field(default=resolve_texts)
    tls: Callable[[], ssl.SSLContext] = field(default=trusted)


INTERNET = Network()
