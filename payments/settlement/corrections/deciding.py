"""The deeds: propose a correction, approve it, refuse it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.db import transaction

from accounts.models import User
from payments.ledger.models import Transfer
from payments.ledger.posting import Posting, correction, post
from payments.settlement.corrections.models import Correction, ReversedClick
from payments.settlement.corrections.reversing import clicks_of, postings_of
from payments.settlement.models import Settlement
from things.models import Thing
from things.periods import Period

_Kind, _State = Correction.Kind, Correction.State


class CorrectionRefused(Exception):
    """It cannot be proposed or decided as asked; the message says why."""


@dataclass(frozen=True)
class Wanted:
    """What is to go back: a transfer and so many micros of it, or clicks of a settled period."""

    period: Period | None = None
    subscriber: User | None = None
    thing: Thing | None = None
    transfer: Transfer | None = None
    amount: int | None = None

    @property
    def kind(self) -> Correction.Kind:
        """By what is named."""
        if self.transfer is not None:
            return _Kind.TRANSFER
        if self.subscriber is not None and self.thing is not None:
            return _Kind.CLICK
        return _Kind.GIVER if self.subscriber is not None else _Kind.THING


def propose_correction(
    wanted: Wanted, *, reason: str, evidence: str, by: User, at: datetime
) -> Correction:
    """Write a proposal down; nothing moves. Those concerned read the reason once it is posted.

    Raises NotSettled or NothingToTakeBack where there is nothing of it, and CorrectionRefused for
    a transfer that has no such amount left or is a correction itself.
    """
    transfer = wanted.transfer
    proposed = Correction(  # type: ignore[misc]  # the period may be NULL
        kind=wanted.kind,
        period=wanted.period,
        subscriber=wanted.subscriber,
        thing=wanted.thing,
        transfer=transfer,
        amount=wanted.amount,
        currency=transfer.currency if transfer else "",
        reason=reason,
        evidence=evidence,
        proposed_by=by,
        proposed_at=at,
    )
    if transfer is None:
        clicks = clicks_of(proposed)
        currencies = {click.currency for click in clicks}
        proposed.currency = currencies.pop() if len(currencies) == 1 else ""
        proposed.amount = sum(click.share for click in clicks)
    else:
        _check_left(transfer, wanted.amount or 0)
    proposed.save(force_insert=True)
    return proposed


def approve_correction(*, correction_id: int, by: User, at: datetime) -> Correction:
    """Post the mirror transfers of a proposal, all or none; posted already, it changes nothing.

    Raises CorrectionRefused where who proposed it approves or it was refused, NothingToTakeBack
    where others took it back meanwhile, and NotEnough where the money is no longer there: it was
    given on or paid out. Locks the proposal, so that of two who approve at once one posts.
    """
    with transaction.atomic():
        proposed = Correction.objects.select_for_update().get(pk=correction_id)
        if proposed.state == _State.POSTED:
            return proposed
        _check_second(proposed, by)
        postings = (
            _of_transfer(proposed, at)
            if proposed.kind == _Kind.TRANSFER
            else _of_clicks(proposed, at)
        )
        posted = post(postings, posted_at=at)
        proposed.moved = sum(one.amount for one in posted if one.debited_id) // (
            1 if proposed.kind == _Kind.TRANSFER else 2
        )
        _decide(proposed, _State.POSTED, by, at)
    return proposed


def refuse_correction(*, correction_id: int, by: User, at: datetime) -> Correction:
    """Decide against a proposal. Raises CorrectionRefused where it is decided or one's own."""
    with transaction.atomic():
        proposed = Correction.objects.select_for_update().get(pk=correction_id)
        if proposed.state == _State.POSTED:
            raise CorrectionRefused("it is posted already")
        _check_second(proposed, by)
        _decide(proposed, _State.REFUSED, by, at)
    return proposed


def _of_clicks(proposed: Correction, at: datetime) -> list[Posting]:
    settlement = Settlement.objects.select_for_update().get(period=proposed.period)
    clicks = clicks_of(proposed)
    postings = postings_of(
        clicks, number=proposed.pk, basis_points=settlement.fee_basis_points, at=at
    )
    ReversedClick.objects.bulk_create(clicks)
    return postings


def _of_transfer(proposed: Correction, at: datetime) -> list[Posting]:
    transfer = Transfer.objects.select_related("debited", "credited").get(
        pk=cast(int, proposed.transfer_id)
    )
    _check_left(transfer, proposed.amount or 0)
    key = f"correction:{proposed.pk}:{transfer.key}"[:120]
    return [correction(transfer, key=key, about_at=at, amount=proposed.amount)]


def _check_left(transfer: Transfer, amount: int) -> None:
    if transfer.kind in Transfer.CORRECTIONS:
        raise CorrectionRefused("a correction is not corrected here")
    if transfer.kind in (Transfer.Kind.SHARE, Transfer.Kind.EARNING, Transfer.Kind.FEE):
        raise CorrectionRefused("what a month end moved goes back by its clicks")
    left = Transfer.objects.filter(pk=transfer.pk).remaining()[transfer.pk]
    if not 0 < amount <= left:
        raise CorrectionRefused(f"{left} micros of it are left, {amount} are asked for")


def _check_second(proposed: Correction, by: User) -> None:
    if proposed.state == _State.REFUSED:
        raise CorrectionRefused("it is refused already")
    if proposed.proposed_by_id == by.pk:
        raise CorrectionRefused("a second person decides what one proposed")


def _decide(proposed: Correction, state: Correction.State, by: User, at: datetime) -> None:
    proposed.state, proposed.decided_by, proposed.decided_at = state, by, at
    proposed.save(update_fields=["state", "decided_by", "decided_at", "moved"])
