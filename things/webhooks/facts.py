"""Writing down what partners are told, in the transaction in which it happens.

Note [What a partner may see]. That somebody clicked one of its people's things, and how many did;
who it was only where they gave in public. Never an address, never what anybody gave, nothing of
things of others.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse

from accounts.models import User
from accounts.visibility import Visibility
from things.models import PendingClick, Thing
from things.partners.models import Attribution, Identifier, Partner
from things.webhooks.models import Delivery, Endpoint, Event, Fact


def note_fact(
    *, partner: Partner, event: Event, fields: Mapping[str, object], at: datetime
) -> None:
    """Tell a partner something, at each of its addresses, once this transaction is committed.

    Locks the partner's row until then, so that numbers follow commits. Call it last.
    """
    with transaction.atomic():
        Partner.objects.filter(pk=partner.pk).update(last_number=F("last_number") + 1)
        number = Partner.objects.values_list("last_number", flat=True).get(pk=partner.pk)
        fact = Fact.objects.create(
            partner=partner,
            number=number,
            uid=f"msg_{secrets.token_hex(16)}",
            event=event,
            fields={name: str(value) for name, value in fields.items()},
            happened_at=at,
        )
        endpoints = list(Endpoint.objects.filter(partner=partner).order_by("pk"))
        Delivery.objects.bulk_create(Delivery(endpoint=one, fact=fact) for one in endpoints)
        active = [one.pk for one in endpoints if one.state == Endpoint.State.ACTIVE]
        transaction.on_commit(lambda: _send_soon(active), robust=True)


def tell_of_pending_click(
    *, thing: Thing, subscriber: User, visibility: Visibility, event: Event, at: datetime
) -> None:
    """Tell the partner for whose people a thing waits, if there is one, of a click that waits.

    See Note [What a partner may see]. One query where there is none.
    """
    waiting = Attribution.objects.select_related("identifier", "partner").filter(
        thing=thing, thing__owner=None
    )
    attribution = waiting.filter(partner__active=True).first()
    if attribution is None or attribution.partner is None:
        return
    public = visibility is Visibility.PUBLIC
    note_fact(
        partner=attribution.partner,
        event=event,
        fields={
            "thing_id": thing.pk,
            "thing_owner_id": attribution.identifier.name,
            "thing_clicks_total": PendingClick.objects.filter(thing=thing).count(),
            "flattrer_username": subscriber.username if public else "",
            "claim_url": settings.SITE_URL + reverse("claim", args=[thing.pk]),
        },
        at=at,
    )


def tell_of_proof(*, identifier: Identifier, partners: list[Partner], at: datetime) -> None:
    """Tell partners that it is proven who somebody is: by name only whose namespace it is."""
    for partner in sorted(partners, key=lambda one: one.pk):
        own = identifier.namespace is not None and identifier.namespace.partner_id == partner.pk
        owner = identifier.owner
        note_fact(
            partner=partner,
            event=Event.IDENTITY_VERIFY,
            fields={
                "thing_owner_id": identifier.name,
                "username": owner.username if own and owner is not None else "",
            },
            at=at,
        )


def _send_soon(endpoints: list[int]) -> None:
    """Without the queue's server nothing is lost: the clock finds it within a minute."""
    from things.tasks import send_webhooks_of_endpoint

    for endpoint_id in endpoints:
        send_webhooks_of_endpoint.apply_async(
            kwargs={"endpoint_id": endpoint_id}, retry=False, ignore_result=True
        )
