"""Which internet addresses are on the public internet.

By the special-purpose registries of IANA (RFC 6890 and its updates, read in 2026). Of IPv6 only
what is assigned as global unicast is public, so mapped and translated forms of IPv4 addresses
(`::ffff:0:0/96`, `64:ff9b::/96`, `64:ff9b:1::/48`) never are, whatever they stand for.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

Address = IPv4Address | IPv6Address
AnyNetwork = IPv4Network | IPv6Network

_SPECIAL = [
    ip_network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by carriers' translation
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # a cloud's own services, behind a public number
        "169.254.0.0/16",  # link-local, and clouds' metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays, deprecated
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and the broadcast address
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
    )
]
_GLOBAL_UNICAST = IPv6Network("2000::/3")


def is_public(address: Address, *, besides: Iterable[AnyNetwork] = ()) -> bool:
    """Whether an address is one that anybody reaches. `besides` are networks that count as none."""
    if isinstance(address, IPv6Address) and (
        address.scope_id is not None or address not in _GLOBAL_UNICAST
    ):
        return False
    refused = [*_SPECIAL, *besides]
    return not any(address in network for network in refused if network.version == address.version)
