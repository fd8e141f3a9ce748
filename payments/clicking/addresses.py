"""From which address subscribers click, without keeping the address.

Note [Addresses for two months]. A rule against abuse asks whether many subscribers click from one
address. For that it is enough to see that two are the same. So what is kept for each subscriber,
month and address is a keyed digest, not for each click and without a moment. An IPv4 address could
be found again by trying all of them with the key; so the key is a random one of the month, lies in
Redis alone, is in no backup, and is forgotten in time, as the digests are. Lost earlier, say
with Redis, the month's later digests match none of its earlier ones: the rule sees less, and
nothing else happens. Of IPv6 a whole /64 counts as one address, which is what one household has.
Clicks through the API have none: their address may be that of somebody's server.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b, sha256
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest

from accounts.models import User
from payments.clicking.models import ClickAddress
from things.periods import Period

DIGEST_BYTES = 16
# In seconds: a month, and the next, in which it is settled and looked at.
KEY_LIFE = 62 * 86_400


def digest_of_address(address: str, *, period: Period) -> bytes | None:
    """What is kept of an address in a period; None of what is no address, or without a key."""
    try:
        place = _read_address(address)
        key = _key_of(str(period))
    except (ValueError, redis.RedisError):
        return None
    if isinstance(place, IPv6Address):
        place = place.ipv4_mapped or IPv6Address(int(place) >> 64 << 64)
    return blake2b(place.packed, key=key, digest_size=DIGEST_BYTES).digest()


def _read_address(text: str) -> IPv4Address | IPv6Address:
    """An address; some proxies write a port behind it."""
    try:
        return ip_address(text)
    except ValueError:
        return ip_address(urlsplit(f"//{text}").hostname or "")


def digest_of_sender(meta: Mapping[str, Any], *, at: datetime) -> bytes | None:
    """What is kept of where a request comes from; None where nobody can tell.

    `meta` is the request's, or the WSGI environment, of which allauth's adapter cannot tell. As
    there, a header is believed where a proxy of ours writes it, and only its last word: the others
    the sender may have written.
    """
    address = meta.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        address = meta.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip() or address
    return digest_of_address(address, period=Period.of(at))


def note_address(request: HttpRequest, *, subscriber: User, at: datetime) -> None:
    """Note from where somebody clicked, once a period and address."""
    digest = digest_of_sender(request.META, at=at)
    if digest is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO payments_clickaddress (subscriber_id, period, digest)"
            " VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [subscriber.pk, Period.of(at).first_day, digest],
        )


def forget_addresses(*, at: datetime) -> int:
    """Delete the digests of all months before the last. Returns how many."""
    old = ClickAddress.objects.filter(period__lt=Period.of(at).previous)
    return old._raw_delete(old.db)


@lru_cache(maxsize=3)
def _key_of(period: str) -> bytes:
    name = f"addresses:{period}"
    cache.add(name, secrets.token_hex(32), KEY_LIFE)
    return sha256(f"{settings.SECRET_KEY}:{cache.get(name)}".encode()).digest()
