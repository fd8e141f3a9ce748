"""`/partner`: where a partner's messages go, and how far each has come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.access import needs
from accounts.api.describing import PAGED
from accounts.api.errors import Error, Refused
from accounts.api.idempotency import once
from accounts.api.paging import page_asked
from accounts.api.routes import Resource
from accounts.api.views import ApiView
from accounts.oauth.scopes import Scope
from things.partners.models import Partner
from things.webhooks.endpoints import (
    EndpointRefused,
    add_endpoint,
    change_secret,
    pause_endpoint,
    resume_endpoint,
    send_again,
    send_ping,
)
from things.webhooks.models import Delivery, Endpoint, Event

if TYPE_CHECKING:
    _AnyField = serializers.Field[Any, Any, Any, Any]

PARTNER = needs(Scope.PARTNER)

EndpointInput = inline_serializer(
    "EndpointInput", {"url": serializers.CharField(help_text="https, on its usual port")}
)
StateInput = inline_serializer(
    "EndpointStateInput", {"state": serializers.ChoiceField(Endpoint.State.values)}
)
_ENDPOINT: dict[str, _AnyField] = {
    "type": serializers.ChoiceField(["endpoint"]),
    "id": serializers.IntegerField(),
    "url": serializers.CharField(),
    "state": serializers.ChoiceField(Endpoint.State.values),
    "failures": serializers.IntegerField(help_text="Since the last success"),
    "said": serializers.CharField(help_text="The last answer", allow_blank=True),
    "next_at": serializers.IntegerField(help_text="Unix seconds: not before then"),
}
EndpointShape = inline_serializer("Endpoint", _ENDPOINT)
EndpointsShape = inline_serializer("ListedEndpoint", _ENDPOINT, many=True)
SecretShape = inline_serializer(
    "EndpointSecret",
    {**_ENDPOINT, "secret": serializers.CharField(help_text="`whsec_…`, shown this once")},
)
DeliveriesShape = inline_serializer(
    "WebhookDelivery",
    {
        "type": serializers.ChoiceField(["delivery"]),
        "id": serializers.IntegerField(),
        "endpoint": serializers.IntegerField(),
        "webhook_id": serializers.CharField(help_text="The same each time it is sent"),
        "number": serializers.IntegerField(help_text="1, 2, 3 … for each partner"),
        "event": serializers.ChoiceField(Event.values),
        "happened_at": serializers.IntegerField(help_text="Unix seconds"),
        "state": serializers.ChoiceField(Delivery.State.values),
        "attempts": serializers.IntegerField(),
        "status": serializers.IntegerField(help_text="Of the last answer; 0 without one"),
        "said": serializers.CharField(allow_blank=True),
    },
    many=True,
)
DONE = {204: OpenApiResponse(description="Done")}


class PartnerView(ApiView):
    """What only partners may."""

    @property
    def partner(self) -> Partner:
        """The partner that the token's owner acts for."""
        partner = Partner.objects.filter(user=self.subscriber, active=True).first()
        if partner is None:
            raise Refused(Error.FORBIDDEN, "You act for no partner")
        return partner

    def endpoint(self, number: int) -> Endpoint:
        """One of the partner's own. Raises Http404."""
        endpoint = Endpoint.objects.filter(partner=self.partner, pk=number).first()
        if endpoint is None:
            raise Http404
        return endpoint


class Endpoints(PartnerView):
    """Where messages go."""

    access = {"GET": PARTNER, "POST": PARTNER}

    @extend_schema(responses=EndpointsShape, summary="Where a partner's messages go")
    def get(self, request: Request, **_format: str) -> Response:
        """All of them."""
        endpoints = Endpoint.objects.filter(partner=self.partner).order_by("pk")
        return Response([_present(endpoint) for endpoint in endpoints])

    @extend_schema(
        request=EndpointInput, responses={201: SecretShape}, summary="Send messages to an address"
    )
    def post(self, request: Request, **_format: str) -> Response:
        """With the secret, which is shown this once; so it takes no `Idempotency-Key`."""
        url = dict(request.data.items()).get("url")  # type: ignore[union-attr]  # bodies are objects
        if not isinstance(url, str) or not url:
            raise Refused(Error.INVALID_PARAMETERS, "url is missing")
        try:
            endpoint, secret = add_endpoint(partner=self.partner, url=url, at=timezone.now())
        except EndpointRefused as refusal:
            raise Refused(Error.VALIDATION, str(refusal)) from refusal
        return Response({**_present(endpoint), "secret": secret}, status=201)


class OneEndpoint(PartnerView):
    """One address."""

    access = {"GET": PARTNER, "PATCH": PARTNER, "DELETE": PARTNER}

    @extend_schema(responses=EndpointShape, summary="An address that messages go to")
    def get(self, request: Request, number: int, **_format: str) -> Response:
        """And its last answer."""
        return Response(_present(self.endpoint(number)))

    @extend_schema(request=StateInput, responses=EndpointShape, summary="Pause or resume it")
    @once
    def patch(self, request: Request, number: int, **_format: str) -> Response:
        """What waits goes as soon as it is active."""
        endpoint = self.endpoint(number)
        state = dict(request.data.items()).get("state")  # type: ignore[union-attr]  # bodies are objects
        if state not in Endpoint.State.values:
            raise Refused(Error.INVALID_PARAMETERS, "state must be active or paused")
        if state == Endpoint.State.ACTIVE:
            resume_endpoint(endpoint, at=timezone.now())
        else:
            pause_endpoint(endpoint)
        endpoint.refresh_from_db()
        return Response(_present(endpoint))

    @extend_schema(responses=DONE, summary="Send nothing there any more")
    @once
    def delete(self, request: Request, number: int, **_format: str) -> Response:
        """What waits for it goes with it."""
        self.endpoint(number).delete()
        return Response(status=204)


class EndpointSecret(PartnerView):
    """The secret of an address."""

    access = {"POST": PARTNER}

    @extend_schema(request=None, responses={201: SecretShape}, summary="Sign with a new secret")
    def post(self, request: Request, number: int, **_format: str) -> Response:
        """For a day messages are signed with the former one, too."""
        endpoint = self.endpoint(number)
        secret = change_secret(endpoint, at=timezone.now())
        return Response({**_present(endpoint), "secret": secret}, status=201)


class Deliveries(PartnerView):
    """The messages of an address."""

    access = {"GET": PARTNER}

    @extend_schema(responses=DeliveriesShape, parameters=[*PAGED], summary="Messages, latest first")
    def get(self, request: Request, number: int, **_format: str) -> Response:
        """With how far each has come."""
        endpoint, rows = self.endpoint(number), page_asked(request).rows
        deliveries = Delivery.objects.filter(endpoint=endpoint).select_related("fact")
        return Response([_present_delivery(one) for one in deliveries.order_by("-fact")[rows]])


class Again(PartnerView):
    """A message once more."""

    access = {"POST": PARTNER}

    @extend_schema(request=None, responses=DONE, summary="Send a message again")
    @once
    def post(self, request: Request, number: int, **_format: str) -> Response:
        """The same, with the same `webhook-id`."""
        delivery = Delivery.objects.filter(endpoint__partner=self.partner, pk=number).first()
        if delivery is None:
            raise Http404
        send_again(delivery, at=timezone.now())
        return Response(status=204)


class Ping(PartnerView):
    """A message to try it out."""

    access = {"POST": PARTNER}

    @extend_schema(request=None, responses=DONE, summary="Send a message to try the addresses out")
    @once
    def post(self, request: Request, **_format: str) -> Response:
        """To each of them."""
        send_ping(self.partner, at=timezone.now())
        return Response(status=204)


def _present(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "type": "endpoint",
        "id": endpoint.pk,
        "url": endpoint.url,
        "state": endpoint.state,
        "failures": endpoint.failures,
        "said": endpoint.said,
        "next_at": int(endpoint.next_at.timestamp()),
    }


def _present_delivery(delivery: Delivery) -> dict[str, Any]:
    fact = delivery.fact
    return {
        "type": "delivery",
        "id": delivery.pk,
        "endpoint": delivery.endpoint_id,
        "webhook_id": fact.uid,
        "number": fact.number,
        "event": fact.event,
        "happened_at": int(fact.happened_at.timestamp()),
        "state": delivery.state,
        "attempts": delivery.attempts,
        "status": delivery.status or 0,
        "said": delivery.said,
    }


RESOURCES = [
    Resource("partner/endpoints", Endpoints),
    Resource("partner/endpoints/<number:number>", OneEndpoint),
    Resource("partner/endpoints/<number:number>/secret", EndpointSecret),
    Resource("partner/endpoints/<number:number>/deliveries", Deliveries),
    Resource("partner/deliveries/<number:number>/again", Again),
    Resource("partner/ping", Ping),
]
