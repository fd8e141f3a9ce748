"""The address to which Stripe sends its events."""

from __future__ import annotations

import json
import logging
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from payments.deposits.stripe.events import OtherMode, take_in
from payments.deposits.stripe.facts import NotReadable
from payments.deposits.stripe.models import CardEvent

log = logging.getLogger(__name__)

# Seconds by which a signature may be older than our clock: Stripe's own measure.
TOLERANCE = 300


class NotSigned(Exception):
    """The signature is not Stripe's, or too old."""


@csrf_exempt
@require_POST
def receive_card_event(request: HttpRequest) -> HttpResponse:
    """Take an event in. 400 without a right signature: Stripe shows that to its operator.

    500 where an event could not be carried out; it is stored, and Stripe sends it again.
    """
    try:
        event = signed_event(request.body, request.headers.get("Stripe-Signature", ""))
        taken = take_in(event, at=timezone.now())
    except (NotSigned, NotReadable) as refusal:
        log.warning("an event of Stripe was refused: %s", refusal)
        return _answer(400, "refused")
    except OtherMode as refusal:
        log.warning("%s", refusal)
        return _answer(200, "ignored")
    return _answer(500 if taken.state == CardEvent.State.BROKEN else 200, taken.state)


def signed_event(body: bytes, signature: str) -> dict[str, Any]:
    """The event in a body that one of the site's secrets signed.

    The scheme is v1 of https://docs.stripe.com/webhooks#verify-manually. Raises NotSigned, also
    where the site has no secret; NotReadable for what is no JSON object.
    """
    from stripe import SignatureVerificationError, WebhookSignature

    # The library compares texts, and only such of ASCII.
    secrets = settings.STRIPE_WEBHOOK_SECRETS if signature.isascii() else []
    for secret in secrets:
        try:
            WebhookSignature.verify_header(body, signature, secret, TOLERANCE)
        except (SignatureVerificationError, UnicodeDecodeError):
            continue
        return _json(body)
    raise NotSigned("no secret of this site signed it, or too long ago")


def _json(body: bytes) -> dict[str, Any]:
    try:
        read = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotReadable("not JSON") from error
    if not isinstance(read, dict):
        raise NotReadable("not an object")
    return read


def _answer(status: int, said: str) -> HttpResponse:
    return HttpResponse(f"{said}\n", status=status, content_type="text/plain; charset=utf-8")
