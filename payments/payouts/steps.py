"""The steps of a payout, and the transfers that belong to them."""

from __future__ import annotations

from datetime import datetime

from accounts.mail.kinds import Kind
from accounts.mail.queueing import queue_mail
from accounts.models import User
from payments.ledger.models import Transfer
from payments.ledger.posting import (
    Posting,
    mirror,
    outside,
    payable_account_of,
    post,
)
from payments.payouts.models import Payout, PayoutStep
from payments.payouts.ways import way_of

# What a creator is told by mail; the rest they did themselves, or see on their page.
_TOLD = {
    Payout.State.SENT: Kind.PAYOUT_SENT,
    Payout.State.PAID: Kind.PAYOUT_PAID,
    Payout.State.RETURNED: Kind.PAYOUT_RETURNED,
    Payout.State.REFUSED: Kind.PAYOUT_RETURNED,
}


def step(
    payout: Payout, state: Payout.State, *, at: datetime, by: User | None, note: str = ""
) -> None:
    """Bring a payout, whose row is locked, into a state, and tell its owner where that is news."""
    note_step(payout, state, at=at, by=by, note=note)
    if kind := _TOLD.get(state):
        details = payout.details
        queue_mail(
            to=payout.owner,
            kind=kind,
            context={
                "payout": payout.end_to_end_id,
                "amount": payout.amount,
                "currency": payout.currency,
                "account": details.hint if details else "–",
                "reason": note,
            },
            key=f"payout:{payout.pk}:{state}",
        )


def note_step(
    payout: Payout, state: Payout.State, *, at: datetime, by: User | None, note: str = ""
) -> None:
    """Bring a payout, whose row is locked, into a state, and write down who did and why."""
    payout.state = state
    payout.changed_at = at
    payout.save(update_fields=["state", "changed_at", "batch"])
    PayoutStep.objects.create(payout=payout, state=state, at=at, by=by, note=note[:300])


def pay(payout: Payout, *, at: datetime) -> None:
    """`payable -> outside`: the bank has booked the payment."""
    posting = Posting(
        key=f"payout:{payout.pk}:paid",
        kind=Transfer.Kind.PAID,
        debited=payable_account_of(payout.owner, payout.currency),
        credited=outside(way_of(payout.way).rail, payout.currency),
        amount=payout.amount,
        about_at=at,
    )
    post([posting], posted_at=at)


def take_in_again(payout: Payout, *, at: datetime) -> None:
    """`outside -> payable`: a payment that was booked came back."""
    paid = Transfer.objects.get(key=f"payout:{payout.pk}:paid")
    mirror(paid, key=f"payout:{payout.pk}:returned", about_at=at, posted_at=at)


def give_back(payout: Payout, *, at: datetime) -> None:
    """`payable -> earnings`: the payout will not be."""
    requested = Transfer.objects.get(key=f"payout:{payout.pk}")
    mirror(requested, key=f"payout:{payout.pk}:back", about_at=at, posted_at=at)
