"""Sending what waits: at least once, in order, through the guarded door.

Note [In order, at least once]. A sender takes an endpoint for a while (`LEASE`), sends its oldest
message, and marks it once the answer is there. If it dies in between, the message goes again,
with the same `webhook-id`, after the lease. While a message fails, those behind it wait: a partner
that only adds up what comes in never sees a click taken back before it was made.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.mail.kinds import Kind
from accounts.mail.queueing import queue_mail
from accounts.sealing import unseal
from things.fetching.fetcher import Fetched, send
from things.fetching.refusals import FetchRefused
from things.webhooks.models import SAID_LENGTH, Delivery, Endpoint
from things.webhooks.signing import sign

LEASE = timedelta(minutes=2)
# Most of the lease; the answer to the last message has ten seconds.
RUN = timedelta(seconds=90)
# Standard Webhooks' own recommendation, and then each day.
WAITS = [
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(days=1),
]
# Up to a fifth longer, so that endpoints that failed together do not come back together.
JITTER = 0.2
# After so long without success the endpoint is paused, and the partner told.
PATIENCE = timedelta(days=5)
# What a host may ask us to wait at most.
LONGEST_WAIT = timedelta(days=1)


@dataclass(frozen=True)
class Answer:
    """What an endpoint said to a message; `status` is None where no answer came."""

    status: int | None
    said: str
    wait: timedelta = timedelta(0)

    @property
    def accepted(self) -> bool:
        """Whether the partner has the message."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """410: the partner wants nothing any more."""
        return self.status == 410


def send_waiting(*, endpoint_id: int, at: datetime) -> int:
    """Send what waits for an endpoint, oldest first, until one fails. Returns how many arrived.

    Nothing where another sender has the endpoint, or its time has not come. See the note above.
    """
    taken = _take(endpoint_id, at)
    if taken is None:
        return 0
    ends_at, arrived = time.monotonic() + RUN.total_seconds(), 0
    while time.monotonic() < ends_at:
        delivery = _next(taken)
        if delivery is None:
            break
        answer = _post(taken, delivery, at=timezone.now())
        if not _note(taken, delivery, answer, at=timezone.now()):
            break
        arrived += 1
    mine = Endpoint.objects.filter(pk=taken.pk, leased_until=taken.leased_until)
    mine.update(leased_until=None)
    return arrived


def due_endpoints(*, at: datetime) -> list[int]:
    """The active endpoints whose time has come and for which something waits."""
    active = Endpoint.objects.filter(_free(at), state=Endpoint.State.ACTIVE, next_at__lte=at)
    waiting = active.filter(deliveries__state=Delivery.State.WAITING)
    return list(waiting.order_by("next_at", "pk").values_list("pk", flat=True).distinct())


def body_of(delivery: Delivery) -> bytes:
    """The message, the same however often it is sent: Flattr's fields, and ours behind them."""
    fact = delivery.fact
    fields = {
        "_event": fact.event,
        **fact.fields,
        "_number": fact.number,
        "_happened_at": int(fact.happened_at.timestamp()),
    }
    return urlencode(fields).encode()


def wait_after(failures: int, *, chance: float | None = None) -> timedelta:
    """How long to wait after so many failures in a row, from 1 on; `chance` from 0 to 1."""
    drawn = random.random() if chance is None else chance  # noqa: S311 - it hides nothing
    return WAITS[min(failures, len(WAITS)) - 1] * (1 + JITTER * drawn)


def _take(endpoint_id: int, at: datetime) -> Endpoint | None:
    """The endpoint, from now on this sender's for the lease; two at once: one gets it."""
    with transaction.atomic():
        free = Endpoint.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
        active = free.filter(_free(at), state=Endpoint.State.ACTIVE, next_at__lte=at)
        endpoint = active.select_related("partner__user").filter(pk=endpoint_id).first()
        if endpoint is not None:
            endpoint.leased_until = at + LEASE
            endpoint.save(update_fields=["leased_until"])
    return endpoint


def _free(at: datetime) -> Q:
    return Q(leased_until=None) | Q(leased_until__lte=at)


def _next(endpoint: Endpoint) -> Delivery | None:
    waiting = Delivery.objects.filter(endpoint=endpoint, state=Delivery.State.WAITING)
    return waiting.select_related("fact").order_by("fact").first()


def _post(endpoint: Endpoint, delivery: Delivery, *, at: datetime) -> Answer:
    """Through the door that only leads to public addresses; a redirect is no answer."""
    body = body_of(delivery)
    headers = sign(
        uid=delivery.fact.uid,
        timestamp=int(at.timestamp()),
        body=body,
        signers=_signers(endpoint, at),
    )
    try:
        answer = send(
            endpoint.url,
            body=body,
            headers={"Content-Type": "application/x-www-form-urlencoded", **headers},
        )
    except FetchRefused as refusal:
        return Answer(None, f"{type(refusal).__name__}: {refusal}"[:SAID_LENGTH])
    return Answer(answer.status, _said(answer), _asked_wait(answer))


def _signers(endpoint: Endpoint, at: datetime) -> list[str]:
    secrets = [bytes(endpoint.secret)]
    if endpoint.former_until is not None and at < endpoint.former_until:
        secrets.append(bytes(endpoint.former_secret))
    return [unseal(secret).decode() for secret in secrets]


def _note(endpoint: Endpoint, delivery: Delivery, answer: Answer, *, at: datetime) -> bool:
    """Write down what came of a message. Returns whether the next one may go."""
    with transaction.atomic():
        row = Endpoint.objects.select_for_update(no_key=True).filter(pk=endpoint.pk).first()
        if row is None:
            return False  # Removed meanwhile.
        noted: dict[str, object] = {
            "attempts": delivery.attempts + 1,
            "tried_at": at,
            "status": answer.status,
            "said": answer.said,
        }
        if answer.accepted:
            noted["state"] = Delivery.State.DELIVERED
            row.failures, row.failing_since, row.said = 0, None, answer.said
        else:
            _note_failure(row, answer, at)
        Delivery.objects.filter(pk=delivery.pk).update(**noted)
        row.save(update_fields=["failures", "failing_since", "said", "next_at", "state"])
    return answer.accepted


def _note_failure(row: Endpoint, answer: Answer, at: datetime) -> None:
    row.failures += 1
    row.failing_since = row.failing_since or at
    row.said = answer.said
    row.next_at = at + max(wait_after(row.failures), answer.wait)
    tired = answer.gone or at - row.failing_since >= PATIENCE
    if tired and row.state == Endpoint.State.ACTIVE:
        row.state = Endpoint.State.PAUSED
        _tell_of_pause(row)


def _tell_of_pause(row: Endpoint) -> None:
    queue_mail(
        to=row.partner.user,
        kind=Kind.WEBHOOKS_PAUSED,
        context={"url": row.url, "since": row.failing_since, "said": row.said},
        key=f"webhooks_paused:{row.pk}:{row.failing_since:%Y%m%d%H%M}",
    )


def _said(answer: Fetched) -> str:
    text = answer.body[: 4 * SAID_LENGTH].decode("utf-8", "replace").replace("\0", "")
    printable = "".join(c if c.isprintable() else " " for c in text)
    return f"{answer.status} {printable}".strip()[:SAID_LENGTH]


def _asked_wait(answer: Fetched) -> timedelta:
    """`Retry-After` in seconds, where a host says that it is too much for it."""
    asked = answer.headers.get("retry-after", "").strip()
    if answer.status not in {429, 503} or not (asked.isascii() and asked.isdecimal()):
        return timedelta(0)
    return min(timedelta(seconds=int(asked[:9])), LONGEST_WAIT)
