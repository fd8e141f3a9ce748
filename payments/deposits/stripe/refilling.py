"""The monthly refill: agreed to, changed, paused where it fails, ended at any time."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from payments.deposits.crediting import DepositRefused, check_amount, note_progress
from payments.deposits.models import Deposit
from payments.deposits.stripe.models import Refill, RefillPayment, SavedCard
from payments.deposits.stripe.saving import card_of
from payments.mails import tell_of_failed_refill, tell_of_refill
from things.periods import Period

LAST_DAY = 28


class NoCard(Exception):
    """There is no card that could be charged."""


class NoRefill(Exception):
    """There is no refill that could be changed."""


def refill_of(subscriber: User) -> Refill | None:
    """Somebody's refill, working or paused."""
    return Refill.objects.filter(subscriber=subscriber).exclude(state=Refill.State.ENDED).first()


def begin_refill(
    *, subscriber: User, amount: int, currency: str, day: int, consent: str, at: datetime
) -> Refill:
    """Have so many micros paid in each month on a day, in place of what was agreed before.

    The first time is after today, and not in a month that a refill has paid. `consent` is what
    they agreed to. A mail says so. Raises DepositRefused for an amount or currency that cannot be
    paid in, a day that not all months have, or somebody suspended; NoCard.
    """
    check_amount(amount, currency)
    if not 1 <= day <= LAST_DAY:
        raise DepositRefused(f"the day {day} is not from 1 to {LAST_DAY}")
    if subscriber.suspended:
        raise DepositRefused(f"{subscriber.username} is suspended")
    with transaction.atomic():
        # Two agreements at once are made one after the other: the later one holds.
        User.objects.select_for_update(no_key=True).get(pk=subscriber.pk)
        card = card_of(subscriber)
        if card is None:
            raise NoCard("there is no card")
        _end(subscriber, at)
        refill = Refill.objects.create(
            subscriber=subscriber,
            amount=amount,
            currency=currency,
            day=day,
            next_on=_first_day(subscriber, day, at),
            consent=consent,
            begun_at=at,
        )
        tell_of_refill(
            subscriber=subscriber,
            amount=amount,
            currency=currency,
            card=str(card),
            first_on=refill.next_on,
            consent=consent,
            key=str(refill.pk),
        )
    return refill


def end_refill(*, subscriber: User, at: datetime) -> None:
    """End somebody's refill, if there is one."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=subscriber.pk)
        _end(subscriber, at)


def resume_refill(*, subscriber: User, at: datetime) -> Refill:
    """Go on with a refill that was paused, from its next day on. Raises NoRefill or NoCard."""
    with transaction.atomic():
        rows = Refill.objects.select_for_update(no_key=True)
        refill = rows.filter(subscriber=subscriber, state=Refill.State.PAUSED).first()
        if refill is None:
            raise NoRefill("there is no refill that is paused")
        if card_of(subscriber) is None:
            raise NoCard("there is no card")
        refill.state, refill.failure = Refill.State.WORKING, ""
        refill.next_on = _first_day(subscriber, refill.day, at)
        refill.save(update_fields=["state", "failure", "next_on"])
    return refill


def remove_card(*, subscriber: User, at: datetime) -> None:
    """Forget somebody's card, and end the refill that it paid."""
    with transaction.atomic():
        end_refill(subscriber=subscriber, at=at)
        cards = SavedCard.objects.filter(customer__subscriber=subscriber, removed_at=None)
        cards.update(removed_at=at)


def pause_refill(refill: Refill, *, why: str) -> None:
    """Pause a refill that works, since a payment failed. Its row is locked by the caller."""
    if refill.state == Refill.State.WORKING:
        refill.state, refill.failure = Refill.State.PAUSED, why[:200]
        refill.save(update_fields=["state", "failure"])


def fail_refill_payment(deposit: Deposit, *, why: str) -> bool:
    """Note that a refill's payment failed: the refill rests, and a mail says so, once.

    Returns whether the deposit is of a refill. One that arrived has not failed. Locks the refill
    and then the deposit.
    """
    with transaction.atomic():
        payment = RefillPayment.objects.filter(deposit=deposit).first()
        if payment is None:
            return False
        refill = Refill.objects.select_for_update(no_key=True).get(pk=payment.refill_id)
        paid = Deposit.objects.lock(deposit.pk)
        if paid.state == Deposit.State.ARRIVED:
            return True
        fresh = RefillPayment.objects.filter(pk=payment.pk, failed=False).update(failed=True)
        note_progress(paid, Deposit.State.FAILED, failure=why)
        if fresh and refill.state != Refill.State.ENDED:
            pause_refill(refill, why=why)
            tell_of_failed_refill(
                subscriber=refill.subscriber,
                amount=refill.amount,
                currency=refill.currency,
                why=why,
                deposit_id=deposit.pk,
                key=str(payment.pk),
            )
    return True


def next_day(day: int, *, after: date) -> date:
    """The first such day of a month that is after a date."""
    period = Period(after.year, after.month)
    here = date(period.year, period.month, day)
    return here if here > after else date(period.next.year, period.next.month, day)


def _first_day(subscriber: User, day: int, at: datetime) -> date:
    today = timezone.localtime(at, timezone.get_default_timezone()).date()
    first = next_day(day, after=today)
    if is_paid(subscriber, Period(first.year, first.month)):
        first = next_day(day, after=first)
    return first


def is_paid(subscriber: User, period: Period) -> bool:
    """Whether a refill has paid in a month, or is about to."""
    payments = RefillPayment.objects.filter(subscriber=subscriber, period=period)
    return any(
        not payment.failed or payment.deposit.state == Deposit.State.ARRIVED
        for payment in payments.select_related("deposit")
    )


def _end(subscriber: User, at: datetime) -> None:
    running = Refill.objects.filter(subscriber=subscriber).exclude(state=Refill.State.ENDED)
    running.update(state=Refill.State.ENDED, ended_at=at)
