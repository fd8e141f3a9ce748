"""What Stripe tells, taken in once by its number, in any order, and carried out.

Events of one payment wait for each other, so that those that come at once, or before the payment is
known, find what the others did. What an event needs is stored with it: nothing is asked of Stripe
here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Sum

from payments.deposits.crediting import credit_deposit, note_progress
from payments.deposits.models import Deposit, Refund, Way
from payments.deposits.stripe import disputing
from payments.deposits.stripe.amounts import from_stripe
from payments.deposits.stripe.client import moment
from payments.deposits.stripe.facts import (
    NotReadable,
    PaymentFacts,
    facts_of,
    payment_of,
    read_dispute,
    read_payment,
    read_refund,
)
from payments.deposits.stripe.models import CardCustomer, CardEvent
from payments.deposits.stripe.paying import remember_payment
from payments.deposits.stripe.refilling import end_refill, fail_refill_payment
from payments.deposits.stripe.refunding import mirror_refund
from payments.ledger.posting import AlreadyCorrected

log = logging.getLogger(__name__)

# The first half of this project's advisory locks on payments at Stripe.
_PAYMENTS = 1_937_009_005

_State, _Did = CardEvent.State, CardEvent.Did


@dataclass(frozen=True)
class Outcome:
    """What came of an event."""

    state: CardEvent.State
    did: CardEvent.Did = CardEvent.Did.NOTHING
    note: str = ""
    deposit: Deposit | None = None


_Carry = Callable[[CardEvent, datetime], Outcome]


class OtherMode(Exception):
    """The event is of Stripe's test mode and the site's keys are not, or the other way round."""


def take_in(event: Mapping[str, Any], *, at: datetime) -> CardEvent:
    """Store an event of Stripe's and carry it out; one that is known and done changes nothing.

    An event that fails for a reason that we do not know is stored as broken, changes nothing else,
    and is carried out when it comes again. Raises NotReadable for what is no event, and OtherMode:
    money of the test mode is none.
    """
    row = _read(event, at)
    if bool(event.get("livemode")) != ("_live_" in settings.STRIPE_SECRET_KEY):
        raise OtherMode(f"the event {row} is of the other mode than the site's keys")
    with transaction.atomic():
        _lock(row.payment or row.external_id)
        stored, _ = CardEvent.objects.get_or_create(
            external_id=row.external_id,
            defaults={
                field.name: getattr(row, field.name)
                for field in CardEvent._meta.concrete_fields
                if field.name not in ("id", "external_id")
            },
        )
        _carry_out(stored, at)
    return stored


def try_again(event: CardEvent, *, at: datetime) -> CardEvent:
    """Carry a stored event out that waited or failed."""
    with transaction.atomic():
        _lock(event.payment or event.external_id)
        event.refresh_from_db()
        _carry_out(event, at)
    return event


def credit_as_told(facts: PaymentFacts, *, about_at: datetime, at: datetime) -> Outcome:
    """Credit a payment that succeeded, as Stripe says it; what cannot be credited is left alone.

    Locks the deposit: call it in a transaction.
    """
    if _is_of_another_site(facts.site):
        return Outcome(_State.IGNORED)
    deposit = _deposit_of(facts)
    if deposit is None:
        return Outcome(_State.OPERATOR, note="money for a payment that is not of this site")
    if facts.currency != deposit.currency:
        return Outcome(_State.OPERATOR, note="another currency than asked for", deposit=deposit)
    if facts.received <= 0:
        return Outcome(_State.OPERATOR, note="paid, and nothing received", deposit=deposit)
    if deposit.state == Deposit.State.ARRIVED:
        return Outcome(_State.DONE, deposit=deposit)
    remember_payment(deposit, facts.id)
    credit_deposit(deposit, amount=facts.received, about_at=about_at, at=at)
    return Outcome(_State.DONE, _Did.CREDITED, deposit=deposit)


def _read(event: Mapping[str, Any], at: datetime) -> CardEvent:
    try:
        thing = event["data"]["object"]
        facts = facts_of(thing)
        return CardEvent(
            external_id=str(event["id"]),
            type=str(event["type"])[:80],
            happened_at=moment(int(event["created"])),
            received_at=at,
            about=str(facts.get("id", "")),
            payment=payment_of(facts),
            facts=facts,
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise NotReadable(f"not an event of Stripe's: {error}") from error


def _lock(number: str) -> None:
    """Until the transaction ends. Two payments whose numbers hash alike wait for nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_PAYMENTS, number])


def _carry_out(event: CardEvent, at: datetime) -> None:
    if event.state in (_State.DONE, _State.IGNORED):
        return
    try:
        with transaction.atomic():
            outcome = _CARRIED.get(event.type, _ignore)(event, at)
    except NotReadable as refusal:
        outcome = Outcome(_State.OPERATOR, note=str(refusal))
    except AlreadyCorrected:
        outcome = Outcome(_State.OPERATOR, note="more would go back than came in")
    except Exception as error:
        log.exception("the event %s of Stripe could not be carried out", event)
        outcome = Outcome(_State.BROKEN, note=type(error).__name__)
    event.state, event.did, event.note = outcome.state, outcome.did, outcome.note[:200]
    event.deposit = outcome.deposit
    event.save(update_fields=["state", "did", "note", "deposit"])
    if outcome.did == _Did.CREDITED:
        _carry_out_those_that_waited(event, at)


def _carry_out_those_that_waited(event: CardEvent, at: datetime) -> None:
    waiting = CardEvent.objects.filter(payment=event.payment, state=_State.WAITING)
    for one in waiting.order_by("happened_at", "pk"):
        _carry_out(one, at)


def _ignore(_event: CardEvent, _at: datetime) -> Outcome:
    return Outcome(_State.IGNORED)


def _succeed(event: CardEvent, at: datetime) -> Outcome:
    return credit_as_told(read_payment(event.facts), about_at=event.happened_at, at=at)


def _progress(event: CardEvent, _at: datetime) -> Outcome:
    """What is not the end: it counts unless something later was told of the payment."""
    facts = read_payment(event.facts)
    if _is_of_another_site(facts.site):
        return Outcome(_State.IGNORED)
    deposit = _find(facts)
    if deposit is None:
        return Outcome(_State.OPERATOR, note="a payment that is not of this site")
    if deposit.state == Deposit.State.ARRIVED or event.is_overtaken():
        return Outcome(_State.DONE, deposit=deposit)
    remember_payment(deposit, facts.id)
    if event.type == "payment_intent.processing":
        note_progress(deposit, Deposit.State.UNDERWAY)
        return Outcome(_State.DONE, _Did.UNDERWAY, deposit=deposit)
    why = facts.failure or facts.code
    if not fail_refill_payment(deposit, why=why):
        note_progress(deposit, Deposit.State.FAILED, failure=why)
    return Outcome(_State.DONE, _Did.FAILED, deposit=deposit)


def _save_card(event: CardEvent, _at: datetime) -> Outcome:
    """The page to which its owner comes back keeps the card; this is for who never came back."""
    from payments.deposits.stripe.tasks import keep_card_soon

    if _is_of_another_site(str(event.facts.get("metadata", {}).get("site", ""))):
        return Outcome(_State.IGNORED)
    customer = str(event.facts.get("customer", ""))
    if not CardCustomer.objects.filter(external_id=customer, forgotten_at=None).exists():
        return Outcome(_State.OPERATOR, note="a card of a customer whom this site does not know")
    keep_card_soon(event.about)
    return Outcome(_State.DONE, _Did.CARD_SAVED)


def _lose_customer(event: CardEvent, at: datetime) -> Outcome:
    """Somebody deleted a customer at Stripe: with them their cards, and what those would pay."""
    customer = CardCustomer.objects.filter(external_id=event.about).first()
    if customer is None:
        return Outcome(_State.IGNORED)
    end_refill(subscriber=customer.subscriber, at=at)
    customer.delete()
    return Outcome(_State.DONE, _Did.CUSTOMER_GONE)


def _refund(event: CardEvent, at: datetime) -> Outcome:
    facts = read_refund(event.facts)
    deposit = _arrived(event.payment)
    if deposit is None:
        return _without_deposit(event, facts.site)
    if facts.currency != deposit.currency:
        return Outcome(_State.OPERATOR, note="another currency than paid in", deposit=deposit)
    did = mirror_refund(facts, deposit, at=at)
    return Outcome(_State.DONE, did, deposit=deposit)


def _refunded_charge(event: CardEvent, _at: datetime) -> Outcome:
    """The sum of a charge's refunds; those that we do not know yet are asked for."""
    from payments.deposits.stripe.tasks import look_for_refunds_soon

    deposit = _arrived(event.payment)
    if deposit is None:
        return _without_deposit(event, "")
    total = Refund.objects.filter(deposit=deposit).exclude(state=Refund.State.FAILED)
    known = total.aggregate(total=Sum("amount"))["total"] or 0
    told = from_stripe(int(event.facts.get("amount_refunded", 0)), deposit.currency)
    if told <= known:
        return Outcome(_State.DONE, deposit=deposit)
    look_for_refunds_soon(deposit)
    return Outcome(_State.DONE, _Did.ASKED, deposit=deposit)


def _dispute(event: CardEvent, at: datetime) -> Outcome:
    facts = read_dispute(event.facts)
    deposit = _arrived(event.payment)
    if deposit is None:
        return _without_deposit(event, "")
    if facts.currency != deposit.currency:
        return Outcome(_State.OPERATOR, note="another currency than paid in", deposit=deposit)
    did, note = disputing.mirror_dispute(event, facts, deposit, at=at)
    return Outcome(_State.DONE, did, note, deposit)


def _find(facts: PaymentFacts) -> Deposit | None:
    """The deposit of a payment: by its number at Stripe, or by ours, which Stripe was given."""
    cards = Deposit.objects.filter(way=Way.CARD).select_related("subscriber")
    known = cards.filter(external_id=facts.id).first()
    if known is None and facts.deposit is not None:
        known = cards.filter(pk=facts.deposit, external_id="").first()
    return known


def _deposit_of(facts: PaymentFacts) -> Deposit | None:
    known = _find(facts)
    return Deposit.objects.lock(known.pk) if known is not None else None


def _arrived(payment: str) -> Deposit | None:
    known = Deposit.objects.arrived().filter(way=Way.CARD, external_id=payment)
    return known.select_related("transfer", "subscriber").first() if payment else None


def _without_deposit(event: CardEvent, site: str) -> Outcome:
    """The payment has not arrived, or its event is on its way: what goes back waits for it."""
    if _is_of_another_site(site):
        return Outcome(_State.IGNORED)
    if not event.payment:
        return Outcome(_State.OPERATOR, note="about no payment that can be known")
    return Outcome(_State.WAITING)


def _is_of_another_site(site: str) -> bool:
    return bool(site) and site != settings.SITE_URL


_CARRIED: dict[str, _Carry] = {
    "payment_intent.succeeded": _succeed,
    "payment_intent.processing": _progress,
    "payment_intent.payment_failed": _progress,
    "payment_intent.canceled": _progress,
    "setup_intent.succeeded": _save_card,
    "customer.deleted": _lose_customer,
    "charge.refunded": _refunded_charge,
    "charge.refund.updated": _refund,
    "refund.created": _refund,
    "refund.updated": _refund,
    "refund.failed": _refund,
    "charge.dispute.created": _dispute,
    "charge.dispute.updated": _dispute,
    disputing.WITHDRAWN: _dispute,
    disputing.REINSTATED: _dispute,
    disputing.CLOSED: _dispute,
}

# What the webhook is to be subscribed to; docs/cards.md names them too.
EVENT_TYPES = tuple(_CARRIED)
