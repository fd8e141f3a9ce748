"""Connections: on one site a reader's click in the button's frame is enough.

Note [Connections]. The popup gives the frame a code, the frame changes it for a secret in a
cookie that exists on that site only (CHIPS: `Partitioned`). So a connection made on one site is
unknown to the frame on every other, and the site's own scripts can neither read nor use it: the
click's address wants our own origin.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.security.endings import Row
from payments.clicking.tokens import spend_connect_code
from things.addresses import host_of
from things.models import Thing
from things.sites.models import Connection, Site

# So often at most a connection's last use is written down.
USE_NOTED_EVERY = timedelta(hours=1)


class NotConnected(Exception):
    """There is no such connection, or not any more."""


class WrongSite(Exception):
    """A connection with one creator's site cannot click on another creator's things."""


def connectable_site(thing: Thing) -> Site | None:
    """The site that can be connected on the page of a thing: its owner's, proven."""
    if thing.owner_id is None:
        return None
    sites = Site.objects.verified().filter(owner=thing.owner_id)
    return sites.filter(host=host_of(thing.url), path="").first()


def connect(code: str, *, at: datetime) -> str:
    """Make the connection that a code allows, and return its secret.

    Raises TokenRefused if the code is not good, NotConnected if its subscriber or site is gone.
    """
    subscriber_id, site_id = spend_connect_code(code)
    subscriber = User.objects.filter(pk=subscriber_id, is_active=True).first()
    site = Site.objects.verified().filter(pk=site_id).first()
    if subscriber is None or site is None:
        raise NotConnected("the subscriber or the site is gone")
    secret = secrets.token_urlsafe(32)
    Connection.objects.create(
        secret_sha256=digest_of(secret), subscriber=subscriber, site=site, made_at=at, used_at=at
    )
    return secret


def connected(secret: str, *, at: datetime) -> Connection:
    """The connection of a secret, its subscriber and site with it. Raises NotConnected."""
    connections = Connection.objects.alive(at=at).select_related("subscriber", "site")
    found = connections.filter(secret_sha256=digest_of(secret)).first()
    if found is None or not found.subscriber.is_active or found.site.verified_at is None:
        raise NotConnected("no connection, or not any more")
    if at - found.used_at > USE_NOTED_EVERY:
        Connection.objects.filter(pk=found.pk).update(used_at=at)
    return found


def check_site(connection: Connection, thing: Thing) -> None:
    """Raises WrongSite unless the thing belongs to the owner of the connected site."""
    if thing.owner_id is None or thing.owner_id != connection.site.owner_id:
        raise WrongSite(f"{thing.url} is not of the owner of {connection.site.host}")


def list_connections(subscriber: User) -> list[Row]:
    """The connections of a subscriber that are alive, latest used first."""
    alive = Connection.objects.alive(at=timezone.now()).filter(subscriber=subscriber)
    return [
        Row(
            name=connection.site.host,
            used_at=connection.used_at,
            end_path=reverse("end_connection", args=[connection.pk]),
        )
        for connection in alive.select_related("site").order_by("-used_at", "-pk")
    ]


def disconnect(secret: str) -> None:
    """End the connection of a secret; harmless where there is none."""
    Connection.objects.filter(secret_sha256=digest_of(secret)).delete()


def disconnect_all(subscriber: User) -> None:
    """End all connections of a subscriber."""
    Connection.objects.filter(subscriber=subscriber).delete()


def digest_of(secret: str) -> bytes:
    """What the table knows of a secret."""
    return hashlib.sha256(secret.encode()).digest()
