"""What webhooks did not bring: Stripe is asked for it, so that nothing is lost.

Stripe keeps events for 30 days. Older payments are looked at one by one.
"""

from __future__ import annotations

import logging
from collections import Counter
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from payments.deposits.crediting import note_progress
from payments.deposits.models import Deposit, Refund, Way
from payments.deposits.stripe.client import (
    CardsRefused,
    CardsUnreachable,
    asking,
    stripe_client,
)
from payments.deposits.stripe.events import (
    EVENT_TYPES,
    OtherMode,
    credit_as_told,
    take_in,
    try_again,
)
from payments.deposits.stripe.facts import NotReadable
from payments.deposits.stripe.models import CardEvent
from payments.deposits.stripe.paying import Stands, look_at_payment
from payments.deposits.stripe.refunding import mirror_refund, refunds_at_stripe
from payments.ledger.posting import AlreadyCorrected

log = logging.getLogger(__name__)

# What happened just before the latest event may not have come yet. Once a day the clock looks
# further back, as long as Stripe tries a webhook again.
OVERLAP = timedelta(hours=1)
TRIED_FOR = timedelta(days=3)
KEPT_AT_STRIPE = timedelta(days=30)
# Whoever has not paid by then went away.
LEFT_AFTER = timedelta(hours=24)
CHUNK = 200


def reconcile_cards(*, at: datetime, since: datetime | None = None) -> Counter[str]:
    """Ask Stripe for all events since a moment, or since what came last, and carry them out.

    Then carry out again what waited or failed, and look at payments and refunds that are open for
    long. Safe to run again, and beside webhooks. Returns counts by what they count. Raises
    CardsUnreachable.
    """
    counts: Counter[str] = Counter()
    counts["missed"] = _take_in_missed(since or _begin(at), at)
    counts["carried out late"] = _try_open_events(at)
    counts["left payments"] = _look_at_left_payments(at)
    counts["refunds"] = _look_at_open_refunds(at)
    return counts


def look_for_refunds(deposit: Deposit, *, at: datetime) -> int:
    """Bring all refunds that Stripe has of a deposit into the books. Returns how many there are."""
    found = refunds_at_stripe(deposit.external_id)
    for facts in found:
        mirror_refund(facts, deposit, at=at)
    return len(found)


def _begin(at: datetime) -> datetime:
    latest = CardEvent.objects.aggregate(latest=Max("happened_at"))["latest"]
    earliest = at - KEPT_AT_STRIPE
    return max(earliest, latest - OVERLAP) if latest else earliest


def _take_in_missed(since: datetime, at: datetime) -> int:
    """Oldest first, so that most find what they are about."""
    with asking():
        listed = stripe_client().v1.events.list(
            {
                "created": {"gte": int(since.timestamp())},
                "types": list(EVENT_TYPES),
                "limit": 100,
            }
        )
        told = [event.to_dict() for event in listed.auto_paging_iter()]
    known = set(
        CardEvent.objects.filter(happened_at__gte=since)
        .exclude(state=CardEvent.State.BROKEN)
        .values_list("external_id", flat=True)
    )
    fresh = [event for event in told if event["id"] not in known]
    for event in sorted(fresh, key=lambda one: int(one["created"])):
        try:
            take_in(event, at=at)
        except (NotReadable, OtherMode) as refusal:
            log.warning("Stripe listed what is no event for this site: %s", refusal)
    return len(fresh)


def _try_open_events(at: datetime) -> int:
    """Those of payments that never come are left to the operator."""
    state, done = CardEvent.State, 0
    rows = CardEvent.objects.filter(state__in=[state.WAITING, state.BROKEN]).order_by("pk")
    for event in rows[:CHUNK]:
        if try_again(event, at=at).state == state.DONE:
            done += 1
        elif event.state == state.WAITING and event.happened_at < at - TRIED_FOR:
            note = "its payment never came: it is not of this site"
            waiting = CardEvent.objects.filter(pk=event.pk, state=state.WAITING)
            waiting.update(state=state.OPERATOR, note=note)
    return done


def _look_at_left_payments(at: datetime) -> int:
    """Payments that nobody finished are canceled at Stripe, so that they cannot be any more."""
    rows = Deposit.objects.open().filter(way=Way.CARD, begun_at__lt=at - LEFT_AFTER)
    # What a refill could not ask for yet is asked for by its own task.
    rows = rows.exclude(external_id="", refill_payment__isnull=False)
    deposits = list(rows.order_by("begun_at")[:CHUNK])
    for deposit in deposits:
        try:
            _look_at_left_payment(deposit, at)
        except CardsRefused as refusal:
            note_progress(deposit, Deposit.State.FAILED, failure=str(refusal))
        except CardsUnreachable:
            log.exception("the payment of the deposit %s cannot be looked at", deposit.pk)
    return len(deposits)


def _look_at_left_payment(deposit: Deposit, at: datetime) -> None:
    if not deposit.external_id:
        note_progress(deposit, Deposit.State.FAILED, failure="never paid")
        return
    payment = look_at_payment(deposit)
    stands = payment.stands
    if stands is Stands.PAID:
        # Its event is older than those that Stripe keeps: this is Stripe's word as well.
        with transaction.atomic():
            credit_as_told(payment.facts, about_at=payment.facts.made_at, at=at)
    if stands is Stands.TO_PAY:
        with asking():
            stripe_client().v1.payment_intents.cancel(deposit.external_id)
    if stands in (Stands.TO_PAY, Stands.CANCELED):
        note_progress(deposit, Deposit.State.FAILED, failure="never paid")


def _look_at_open_refunds(at: datetime) -> int:
    """Refunds that are on their way for a day: banks answer late, and webhooks may be lost."""
    rows = Refund.objects.filter(
        state=Refund.State.SENT, deposit__way=Way.CARD, asked_at__lt=at - LEFT_AFTER
    ).select_related("deposit__transfer", "deposit__subscriber")
    deposits = {refund.deposit_id: refund.deposit for refund in rows.order_by("pk")[:CHUNK]}
    for deposit in deposits.values():
        try:
            look_for_refunds(deposit, at=at)
        except (CardsRefused, CardsUnreachable, AlreadyCorrected):
            log.exception("the refunds of the deposit %s cannot be looked at", deposit.pk)
    return len(deposits)
