"""What the rooms of payments tell people by mail, each in the transaction of its deed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from accounts.mail.kinds import Kind
from accounts.mail.queueing import queue_mail
from accounts.models import User
from payments.ledger.models import LedgerAccount
from things.models import Thing
from things.periods import Period

# A mail names so many things; the page that it links to has them all.
THINGS_NAMED = 10


def tell_of_deposit(
    *, subscriber: User, wallet: LedgerAccount, amount: int, arrived_at: datetime, key: str
) -> None:
    """Say that money arrived: `amount` in micros of the wallet's currency.

    `wallet` as it stands after the deposit is posted; `key` names the deposit.
    """
    queue_mail(
        to=subscriber,
        kind=Kind.DEPOSIT_ARRIVED,
        key=f"deposit_arrived:{key}",
        context={
            "amount": amount,
            "currency": wallet.currency,
            "arrived_at": arrived_at,
            "balance": wallet.balance,
            "free": wallet.free,
        },
    )


def tell_of_payment_taken_back(
    *, subscriber: User, wallet: LedgerAccount, amount: int, paid_at: datetime, key: str
) -> None:
    """Say that a payment went back to where it came from, and what the wallet owes now.

    `amount` in micros of the wallet's currency; `wallet` as it stands after it.
    """
    queue_mail(
        to=subscriber,
        kind=Kind.PAYMENT_TAKEN_BACK,
        key=f"payment_taken_back:{key}",
        context={
            "amount": amount,
            "currency": wallet.currency,
            "paid_at": paid_at,
            "owed": wallet.owed,
        },
    )


def tell_of_refill(
    *,
    subscriber: User,
    amount: int,
    currency: str,
    card: str,
    first_on: date,
    consent: str,
    key: str,
) -> None:
    """Confirm a monthly refill: `amount` in micros, and the words that were agreed to."""
    queue_mail(
        to=subscriber,
        kind=Kind.REFILL_BEGUN,
        key=f"refill_begun:{key}",
        context={
            "amount": amount,
            "currency": currency,
            "card": card,
            "first_on": first_on,
            "consent": consent,
        },
    )


def tell_of_failed_refill(
    *, subscriber: User, amount: int, currency: str, why: str, deposit_id: int, key: str
) -> None:
    """Say that a refill's payment failed and that the refill rests: `amount` in micros."""
    queue_mail(
        to=subscriber,
        kind=Kind.REFILL_FAILED,
        key=f"refill_failed:{key}",
        context={"amount": amount, "currency": currency, "why": why, "deposit_id": deposit_id},
    )


def tell_of_skipped_clicks(
    *, subscriber: User, period: Period, things: Sequence[Thing], number: int, has_budget: bool
) -> None:
    """Say once a period that standing clicks were skipped for want of means.

    `things` are the first of `number` that were skipped. Without a budget there is nothing that
    the wallet could cover.
    """
    queue_mail(
        to=subscriber,
        kind=Kind.CLICKS_SKIPPED,
        key=f"clicks_skipped:{period}:{subscriber.pk}",
        context={
            "month": period.first_day,
            "number": number,
            "has_budget": has_budget,
            "titles": [thing.title or thing.url for thing in things[:THINGS_NAMED]],
            "more": max(0, number - min(len(things), THINGS_NAMED)),
        },
    )
