"""The payments of monthly refills: begun here, carried out by Stripe, one a month.

A payment is written down before the card is charged, and charged under the key of what is written:
whoever dies in between, or two who do it at once, charge once. Stripe's event credits it.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from payments.deposits.crediting import DepositRefused, begin_deposit, note_progress
from payments.deposits.models import Deposit, Way
from payments.deposits.stripe.amounts import to_stripe
from payments.deposits.stripe.client import (
    CardDeclined,
    CardsRefused,
    asking,
    own_key,
    own_words,
    stripe_client,
)
from payments.deposits.stripe.models import Refill, RefillPayment
from payments.deposits.stripe.paying import remember_payment
from payments.deposits.stripe.refilling import (
    fail_refill_payment,
    is_paid,
    next_day,
    pause_refill,
)
from payments.deposits.stripe.saving import card_of
from things.periods import Period

log = logging.getLogger(__name__)

CHUNK = 500
# Stripe forgets a key after 24 hours; by then it is looked for what was charged.
KEY_LASTS = timedelta(hours=20)


def charge_due_refills(*, at: datetime) -> int:
    """Carry out the refills that are due, and what earlier runs left. Returns how many were tried.

    At most CHUNK of them: the next run goes on. Safe to run again and beside itself.
    """
    numbers = _left_by_earlier_runs()
    today = timezone.localtime(at, timezone.get_default_timezone()).date()
    due = Refill.objects.filter(state=Refill.State.WORKING, next_on__lte=today)
    for refill_id in due.order_by("next_on", "pk").values_list("pk", flat=True)[:CHUNK]:
        payment = begin_refill_payment(refill_id, at=at)
        if payment is not None:
            numbers.append(payment.pk)
    for number in numbers:
        try:
            charge(number, at=at)
        except Exception:
            # One that cannot be charged now must not keep the others from it.
            log.exception("the refill's payment %s was not charged: the next run tries", number)
    return len(numbers)


def begin_refill_payment(refill_id: int, *, at: datetime) -> RefillPayment | None:
    """Write this month's payment of a refill down, if it is due; of two at once one does.

    Of a month that went by without a run nothing is charged: that was agreed for that month. A
    refill that cannot be carried out is paused.
    """
    with transaction.atomic():
        refill = (
            Refill.objects.select_for_update(no_key=True, of=["self"])
            .select_related("subscriber")
            .get(pk=refill_id)
        )
        today = timezone.localtime(at, timezone.get_default_timezone()).date()
        if refill.state != Refill.State.WORKING or refill.next_on > today:
            return None
        period, due = Period(today.year, today.month), refill.next_on
        refill.next_on = next_day(refill.day, after=today)
        refill.save(update_fields=["next_on"])
        if (due.year, due.month) != (today.year, today.month) or is_paid(refill.subscriber, period):
            return None
        return _write_down(refill, period, at)


def charge(payment_id: int, *, at: datetime) -> None:
    """Have Stripe charge the card for a payment that is written down, once.

    The refill's row is locked while Stripe is asked, so that of two at once one asks, and whoever
    ends the refill is sure that nothing is asked any more. Raises CardsUnreachable where nobody
    knows what came of it; then the same call goes on.
    """
    with transaction.atomic():
        rows = RefillPayment.objects.select_related("deposit", "card__customer")
        payment = rows.get(pk=payment_id)
        refill = Refill.objects.select_for_update(no_key=True).get(pk=payment.refill_id)
        payment = rows.get(pk=payment_id)
        if payment.failed or payment.deposit.external_id:
            return
        try:
            number, status = _charged_before(payment, refill, at) or _ask_for(payment, refill)
        except CardsRefused as refusal:
            number = refusal.payment if isinstance(refusal, CardDeclined) else ""
            remember_payment(payment.deposit, number)
            fail_refill_payment(payment.deposit, why=str(refusal))
            return
        _note_answer(payment.deposit, number, status)


def _note_answer(deposit: Deposit, number: str, status: str) -> None:
    remember_payment(deposit, number)
    if status == "processing":
        note_progress(deposit, Deposit.State.UNDERWAY)
    elif status != "succeeded":
        # Its bank wants the owner to confirm, who is not there: they can, on the payment's page.
        fail_refill_payment(deposit, why="the bank wants you to confirm the payment")


def _left_by_earlier_runs() -> list[int]:
    left = RefillPayment.objects.filter(
        failed=False, deposit__state=Deposit.State.BEGUN, deposit__external_id=""
    ).order_by("pk")
    return list(left.values_list("pk", flat=True)[:CHUNK])


def _write_down(refill: Refill, period: Period, at: datetime) -> RefillPayment | None:
    subscriber, card = refill.subscriber, card_of(refill.subscriber)
    attempts = RefillPayment.objects.filter(subscriber=subscriber, period=period).count()
    if card is None:
        pause_refill(refill, why="there is no card")
        return None
    try:
        deposit = begin_deposit(
            subscriber=subscriber,
            way=Way.CARD,
            amount=refill.amount,
            currency=refill.currency,
            key=f"refill:{subscriber.pk}:{period}:{attempts}",
            at=at,
        )
    except DepositRefused as refusal:
        pause_refill(refill, why=str(refusal))
        return None
    return RefillPayment.objects.create(
        refill=refill,
        subscriber=subscriber,
        period=period,
        card=card,
        deposit=deposit,
        begun_at=at,
    )


def _ask_for(payment: RefillPayment, refill: Refill) -> tuple[str, str]:
    card, deposit = payment.card, payment.deposit
    if card is None or refill.state == Refill.State.ENDED:
        raise CardsRefused("the refill was ended")
    with asking():
        made = stripe_client().v1.payment_intents.create(
            {
                "amount": to_stripe(deposit.amount, deposit.currency),
                "currency": deposit.currency.lower(),
                "customer": card.customer.external_id,
                "payment_method": card.external_id,
                "allowed_payment_method_types": ["card"],
                "off_session": True,
                "confirm": True,
                "metadata": own_words(deposit=str(deposit.pk)),
            },
            own_key(f"deposit:{deposit.pk}"),
        )
    return str(made.id), str(made.status)


def _charged_before(payment: RefillPayment, refill: Refill, at: datetime) -> tuple[str, str] | None:
    """The payment at Stripe, where the answer may be lost and the key does not help.

    Stripe has forgotten the key by now, or the refill has ended, and nothing new is to be charged.
    """
    by_key = at - payment.begun_at < KEY_LASTS and refill.state != Refill.State.ENDED
    if by_key or payment.card is None:
        return None
    with asking():
        listed = stripe_client().v1.payment_intents.list(
            {
                "customer": payment.card.customer.external_id,
                "created": {"gte": int(payment.begun_at.timestamp()) - 60},
                "limit": 100,
            }
        )
        for made in listed.auto_paging_iter():
            said = made.to_dict().get("metadata") or {}
            if said.get("deposit") == str(payment.deposit_id):
                return str(made.id), str(made.status)
    return None
