"""Asking for a payout, calling it off, and refusing it."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from accounts.models import User
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.posting import Posting, earnings_of, payable_account_of, post
from payments.money import format_trimmed, minor_unit
from payments.payouts.details import details_of
from payments.payouts.models import Payout
from payments.payouts.payable import payable_from
from payments.payouts.steps import give_back, step
from payments.payouts.ways import open_ways


class PayoutRefused(Exception):
    """A payout that cannot be; each reason is a class of its own."""


class AmountRefused(PayoutRefused):
    """The amount is below the minimum, above what is free, or not in whole minor units."""


class DetailsNotUsable(PayoutRefused):
    """The account was entered a short time ago, or the site does not pay to it in the currency."""


class CreatorSuspended(PayoutRefused):
    """A suspended creator is paid nothing until the suspension is lifted."""


class TooLate(PayoutRefused):
    """The payout has gone too far to be called off or refused."""


def request_payout(*, owner: User, amount: int, currency: str, key: str, at: datetime) -> Payout:
    """Ask for earnings to be paid out: micros of a currency, in whole minor units.

    The money leaves the earnings at once, `earnings -> payable`, so that nothing else can spend
    it. The same key again is the same payout. Raises AmountRefused, DetailsNotUsable or
    CreatorSuspended, and NoDetails (of payments.payouts.details); then nothing has changed.
    Locks both accounts in the order of the ledger: two requests at once cannot both take what
    is free.
    """
    earlier = Payout.objects.filter(owner=owner, key=key).first()
    if earlier is not None:
        return earlier
    _check_creator(owner)
    details = details_of(owner)
    if not details.is_usable(at=at):
        raise DetailsNotUsable(f"nothing is paid to {details.hint} before {details.usable_at}")
    if details.way not in open_ways(currency):
        raise DetailsNotUsable(f"{currency} cannot be paid to {details.hint}")
    with transaction.atomic():
        earnings, payable = _locked(owner, currency)
        earlier = Payout.objects.filter(owner=owner, key=key).first()
        if earlier is not None:
            return earlier
        _check_amount(amount, currency, most=payable_from(earnings, at=at).most)
        payout = Payout.objects.create(
            owner=owner,
            details=details,
            way=details.way,
            amount=amount,
            currency=currency,
            key=key,
            requested_at=at,
            changed_at=at,
        )
        step(payout, Payout.State.REQUESTED, at=at, by=owner)
        posting = Posting(
            key=f"payout:{payout.pk}",
            kind=Transfer.Kind.PAYOUT,
            debited=earnings,
            credited=payable,
            amount=amount,
            about_at=at,
        )
        post([posting], posted_at=at)
    return payout


def cancel_payout(*, owner: User, payout_id: int, at: datetime) -> Payout:
    """Call a payout off; its money is earnings again. Raises TooLate once it is approved."""
    return _end(payout_id, Payout.State.CANCELLED, owner=owner, by=owner, note="", at=at)


def refuse_payout(*, payout_id: int, by: User, why: str, at: datetime) -> Payout:
    """Refuse a payout that is not approved yet; its money is earnings again. Raises TooLate."""
    return _end(payout_id, Payout.State.REFUSED, owner=None, by=by, note=why, at=at)


def _end(
    payout_id: int, state: Payout.State, *, owner: User | None, by: User, note: str, at: datetime
) -> Payout:
    with transaction.atomic():
        # Against an approval at the same time: whoever comes second finds the other's state.
        waiting = Payout.objects.select_for_update(no_key=True)
        payout = (waiting.filter(owner=owner) if owner else waiting).get(pk=payout_id)
        if payout.state == state:
            return payout
        if payout.state != Payout.State.REQUESTED:
            raise TooLate(f"{payout} is {payout.get_state_display()}")
        payout.batch = None
        step(payout, state, at=at, by=by, note=note)
        give_back(payout, at=at)
    return payout


def _check_creator(owner: User) -> None:
    if owner.suspended:
        raise CreatorSuspended(f"{owner.username} is suspended")


def _locked(owner: User, currency: str) -> tuple[LedgerAccount, LedgerAccount]:
    accounts = [earnings_of(owner, currency), payable_account_of(owner, currency)]
    numbers = [account.pk for account in accounts]
    rows = LedgerAccount.objects.filter(pk__in=numbers).order_by("pk")
    locked = {account.pk: account for account in rows.select_for_update(no_key=True)}
    return locked[numbers[0]], locked[numbers[1]]


def _check_amount(amount: int, currency: str, *, most: int) -> None:
    if amount > most:
        raise AmountRefused(
            f"{format_trimmed(max(most, 0))} {currency} can be paid out,"
            f" not {format_trimmed(amount)}"
        )
    if amount < settings.MINIMUM_PAYOUT:
        raise AmountRefused(
            f"{format_trimmed(amount)} {currency} is below the minimum of"
            f" {format_trimmed(settings.MINIMUM_PAYOUT)}"
        )
    if amount % minor_unit(currency):
        raise AmountRefused(f"{format_trimmed(amount)} {currency} is no amount that banks can move")
