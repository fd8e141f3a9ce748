"""A payment is begun, and arrives in a wallet or fails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from accounts.models import User
from payments.deposits.models import Deposit, Way
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.posting import KeyReused, Posting, outside, post, wallet_of
from payments.mails import tell_of_deposit
from payments.money import format_trimmed, minor_unit


class DepositRefused(ValueError):
    """A deposit cannot be of this amount or currency, or not of this person; says why."""


@dataclass(frozen=True)
class Arrival:
    """What came in for a deposit: micros, as the provider says, and when that was."""

    deposit: Deposit
    amount: int
    about_at: datetime


def begin_deposit(
    *, subscriber: User, way: Way, amount: int, currency: str, key: str, at: datetime
) -> Deposit:
    """A deposit that waits for its money, in micros; the same key again finds the same.

    Raises DepositRefused outside of `settings.MINIMUM_DEPOSIT` and `MAXIMUM_DEPOSIT`, for parts
    of the currency's minor unit, a currency that the site does not have, or somebody suspended;
    KeyReused if the key belongs to a deposit of another amount or person.
    """
    check_amount(amount, currency)
    if subscriber.suspended:
        raise DepositRefused(f"{subscriber.username} is suspended")
    deposit, _ = Deposit.objects.get_or_create(
        key=key,
        defaults={
            "subscriber": subscriber,
            "wallet": wallet_of(subscriber, currency),
            "way": way,
            "amount": amount,
            "currency": currency,
            "begun_at": at,
        },
    )
    asked = (subscriber.pk, way, currency)
    if (deposit.subscriber_id, deposit.way, deposit.currency) != asked or (
        deposit.state != Deposit.State.ARRIVED and deposit.amount != amount
    ):
        raise KeyReused(f"the key {key} belongs to another deposit")
    return deposit


def check_amount(amount: int, currency: str) -> None:
    """Raises DepositRefused if nobody may pay in so many micros of a currency at once."""
    if currency not in settings.CURRENCIES:
        offered = ", ".join(settings.CURRENCIES)
        raise DepositRefused(f"{currency} is not a currency of this site, which has {offered}")
    if not settings.MINIMUM_DEPOSIT <= amount <= settings.MAXIMUM_DEPOSIT:
        raise DepositRefused(
            f"{format_trimmed(amount)} {currency} is not between"
            f" {format_trimmed(settings.MINIMUM_DEPOSIT)} and"
            f" {format_trimmed(settings.MAXIMUM_DEPOSIT)}"
        )
    if amount % minor_unit(currency):
        raise DepositRefused(f"{format_trimmed(amount)} {currency} cannot be paid exactly")


def credit_deposits(arrivals: Sequence[Arrival], *, at: datetime) -> list[Deposit]:
    """Put what arrived into the wallets, each deposit once; a debt is paid first by the ledger.

    Returns those that arrived now; those that had arrived before are passed over. One that was
    failed arrives all the same: the provider's word is the money's. Locks the deposits by number
    and then all their wallets at once, so that two deliveries of one payment, or two statements
    with the same lines, wait for each other and credit once.
    """
    with transaction.atomic():
        by_number = {arrival.deposit.pk: arrival for arrival in arrivals}
        rows = Deposit.objects.select_for_update(no_key=True, of=["self"]).select_related(
            "wallet", "subscriber"
        )
        locked = rows.filter(pk__in=by_number).exclude(state=Deposit.State.ARRIVED).order_by("pk")
        fresh = [(deposit, by_number[deposit.pk]) for deposit in locked]
        transfers = post([_posting(*pair) for pair in fresh], posted_at=at)
        for (deposit, arrival), transfer in zip(fresh, transfers, strict=True):
            deposit.state = Deposit.State.ARRIVED
            deposit.amount = arrival.amount
            deposit.failure = ""
            deposit.arrived_at = at
            deposit.transfer = transfer
            deposit.save(update_fields=["state", "amount", "failure", "arrived_at", "transfer"])
        _tell([deposit for deposit, _ in fresh])
    return [deposit for deposit, _ in fresh]


def credit_deposit(deposit: Deposit, *, amount: int, about_at: datetime, at: datetime) -> Deposit:
    """The same for one deposit; returns it as it stands."""
    credit_deposits([Arrival(deposit, amount, about_at)], at=at)
    deposit.refresh_from_db()
    return deposit


def note_progress(deposit: Deposit, state: Deposit.State, *, failure: str = "") -> None:
    """Note that an open or failed deposit is on its way or has failed; an arrived one stays."""
    rows = Deposit.objects.filter(pk=deposit.pk).exclude(state=Deposit.State.ARRIVED)
    rows.update(state=state, failure=failure[:200])


def _tell(arrived: Sequence[Deposit]) -> None:
    """By mail, with what is in each wallet now."""
    wallets = LedgerAccount.objects.in_bulk({deposit.wallet_id for deposit in arrived})
    for deposit in arrived:
        if deposit.arrived_at is not None:
            tell_of_deposit(
                subscriber=deposit.subscriber,
                wallet=wallets[deposit.wallet_id],
                amount=deposit.amount,
                arrived_at=deposit.arrived_at,
                key=str(deposit.pk),
            )


def _posting(deposit: Deposit, arrival: Arrival) -> Posting:
    return Posting(
        key=f"deposit:{deposit.pk}",
        kind=Transfer.Kind.DEPOSIT,
        debited=outside(deposit.way, deposit.currency),
        credited=deposit.wallet,
        amount=arrival.amount,
        about_at=arrival.about_at,
    )
