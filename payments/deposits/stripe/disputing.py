"""Disputes: what payers complain of to their banks, as Stripe tells it, brought into the books."""

from __future__ import annotations

from datetime import datetime

from payments.deposits.models import Deposit, Dispute
from payments.deposits.returning import charge_back, reinstate
from payments.deposits.stripe.facts import DisputeFacts
from payments.deposits.stripe.models import CardEvent

WITHDRAWN = "charge.dispute.funds_withdrawn"
REINSTATED = "charge.dispute.funds_reinstated"
CLOSED = "charge.dispute.closed"


def mirror_dispute(
    event: CardEvent, facts: DisputeFacts, deposit: Deposit, *, at: datetime
) -> tuple[CardEvent.Did, str]:
    """Note what an event says of a dispute, and move its money if the event says that it moved.

    In any order: money that came back was taken before, and a dispute that was lost has taken it.
    The deposit has arrived. Returns what was done, and what an operator should know of it.
    """
    dispute = _noted(event, facts, deposit)
    if event.type == REINSTATED:
        won = reinstate(dispute, about_at=event.happened_at, at=at)
        return _moved(won, CardEvent.Did.REINSTATED)
    if event.type == WITHDRAWN or (event.type == CLOSED and facts.status == "lost"):
        taken = charge_back(dispute, about_at=event.happened_at, at=at)
        return _moved(taken, CardEvent.Did.CHARGED_BACK)
    return CardEvent.Did.DISPUTE_NOTED, ""


def _noted(event: CardEvent, facts: DisputeFacts, deposit: Deposit) -> Dispute:
    """The dispute; its state is what the latest event says, in whichever order they come."""
    dispute, _ = Dispute.objects.get_or_create(
        external_id=facts.id,
        defaults={
            "deposit": deposit,
            "amount": facts.amount,
            "currency": facts.currency,
            "reason": facts.reason[:60],
            "state": facts.status[:60],
            "opened_at": facts.opened_at,
            "answer_by": facts.answer_by,
        },
    )
    if not event.is_overtaken():
        dispute.state, dispute.reason = facts.status[:60], facts.reason[:60]
        dispute.answer_by = facts.answer_by
        dispute.save(update_fields=["state", "reason", "answer_by"])
    return dispute


def _moved(dispute: Dispute, did: CardEvent.Did) -> tuple[CardEvent.Did, str]:
    taken = dispute.chargeback.amount if dispute.chargeback else 0
    if taken == dispute.amount:
        return did, ""
    # Part of the payment had gone back before, and Stripe took the whole.
    return did, "more was disputed than was left of the deposit: the rest is the site's loss"
