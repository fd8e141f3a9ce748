"""Where a partner wants its messages: adding, changing the secret, pausing, sending again."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction

from accounts.sealing import seal
from things.addresses import NotAWebAddress, tidy_url
from things.partners.models import Partner
from things.webhooks.facts import note_fact
from things.webhooks.models import Delivery, Endpoint, Event, Fact
from things.webhooks.signing import new_secret

MOST_ENDPOINTS = 5
# For so long both secrets sign, so that a partner can change over without losing a message.
OVERLAP = timedelta(days=1)
# Facts are kept, and can be sent again, for so long.
KEPT = timedelta(days=90)


class EndpointRefused(ValueError):
    """An address that messages cannot be sent to; the message says why."""


def add_endpoint(*, partner: Partner, url: str, at: datetime) -> tuple[Endpoint, str]:
    """Send a partner's messages to an address from now on. Returns its secret, shown this once.

    Only https on its usual port, as the messages name people. Raises EndpointRefused.
    """
    try:
        address = tidy_url(url).partition("#")[0]
    except NotAWebAddress as refusal:
        raise EndpointRefused(str(refusal)) from refusal
    parts = urlsplit(address)
    if parts.scheme != "https" or parts.port is not None:
        raise EndpointRefused("Messages go to https addresses on port 443 only")
    with transaction.atomic():
        Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
        if partner.endpoints.count() >= MOST_ENDPOINTS:
            raise EndpointRefused(f"There are {MOST_ENDPOINTS} addresses already")
        secret = new_secret()
        try:
            with transaction.atomic():
                endpoint = Endpoint.objects.create(
                    partner=partner, url=address, secret=_sealed(secret), made_at=at, next_at=at
                )
        except IntegrityError as refusal:
            raise EndpointRefused("The address is there already") from refusal
    return endpoint, secret


def change_secret(endpoint: Endpoint, *, at: datetime) -> str:
    """Sign with a new secret, and for OVERLAP with the former one too. Returns the new one."""
    secret = new_secret()
    with transaction.atomic():
        row = Endpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)
        row.secret, row.former_secret = _sealed(secret), row.secret
        row.former_until = at + OVERLAP
        row.save(update_fields=["secret", "former_secret", "former_until"])
    return secret


def pause_endpoint(endpoint: Endpoint) -> None:
    """Send nothing for now; what happens meanwhile waits."""
    Endpoint.objects.filter(pk=endpoint.pk).update(state=Endpoint.State.PAUSED)


def resume_endpoint(endpoint: Endpoint, *, at: datetime) -> None:
    """Send what waits, at once."""
    Endpoint.objects.filter(pk=endpoint.pk).update(
        state=Endpoint.State.ACTIVE, failures=0, failing_since=None, next_at=at
    )


def send_again(delivery: Delivery, *, at: datetime) -> None:
    """Send a message again, whether it arrived or not: the same, under the same identifier."""
    Delivery.objects.filter(pk=delivery.pk).update(state=Delivery.State.WAITING)
    Endpoint.objects.filter(pk=delivery.endpoint_id, state=Endpoint.State.ACTIVE).update(
        next_at=at, failures=0
    )


def send_ping(partner: Partner, *, at: datetime) -> None:
    """A message to try the partner's addresses out."""
    note_fact(partner=partner, event=Event.PING, fields={}, at=at)


def drop_old_facts(*, at: datetime) -> int:
    """Drop what happened longer ago than KEPT, with its messages. Returns how many facts."""
    old = Fact.objects.filter(happened_at__lt=at - KEPT)
    _rows, by_model = old.delete()
    return by_model.get("things.Fact", 0)


def _sealed(secret: str) -> bytes:
    return seal(secret.encode())
