"""What goes back to cards: refunds that are begun here, and those that Stripe tells of."""

from __future__ import annotations

from datetime import datetime, timedelta

from payments.deposits.models import Deposit, Refund
from payments.deposits.providers import PayBackRefused
from payments.deposits.returning import note_refund, refund_outside, undo_refund
from payments.deposits.stripe.amounts import to_stripe
from payments.deposits.stripe.client import (
    CardsRefused,
    asking,
    own_key,
    own_words,
    stripe_client,
)
from payments.deposits.stripe.facts import Facts, RefundFacts, facts_of, read_refund
from payments.deposits.stripe.models import CardEvent

_LOST = ("failed", "canceled")
# Stripe forgets a key after 24 hours.
_KEY_LASTS = timedelta(hours=20)


def send_refund_to_stripe(refund: Refund, *, at: datetime) -> None:
    """Have Stripe send a refund back to the card, once, and note how far it came.

    Called with the refund's row locked. Raises PayBackRefused where Stripe will not, and
    CardsUnreachable where nobody knows: then it is asked again, under the same key.
    """
    try:
        made = _made_before(refund, at) or _make(refund)
    except CardsRefused as refusal:
        raise PayBackRefused(str(refusal)) from refusal
    if made.status in _LOST:
        raise PayBackRefused(made.failure)
    note_refund(refund, _reached(made), at=at, external_id=made.id)


def mirror_refund(facts: RefundFacts, deposit: Deposit, *, at: datetime) -> CardEvent.Did:
    """Bring a refund at Stripe into the books, begun here or there; again, it changes nothing.

    The deposit has arrived. Raises AlreadyCorrected if more would go back than came in.
    """
    refund = _known(facts, deposit)
    if refund is None and facts.status in _LOST:
        return CardEvent.Did.NOTHING
    did = CardEvent.Did.REFUND_NOTED
    if refund is None:
        did = CardEvent.Did.TAKEN_BACK
        refund = refund_outside(
            deposit=deposit,
            amount=facts.amount,
            external_id=facts.id,
            about_at=facts.made_at,
            at=at,
        )
    if facts.status in _LOST:
        undo_refund(refund, failure=facts.failure, at=at, external_id=facts.id)
        return CardEvent.Did.REFUND_UNDONE
    note_refund(refund, _reached(facts), at=at, external_id=facts.id)
    return did


def refunds_at_stripe(payment: str) -> list[RefundFacts]:
    """All refunds of a payment, as Stripe has them. Raises CardsRefused or CardsUnreachable."""
    with asking():
        listed = stripe_client().v1.refunds.list({"payment_intent": payment, "limit": 100})
        found: list[Facts] = [facts_of(one.to_dict()) for one in listed.auto_paging_iter()]
    # One that was made of the charge does not name the payment everywhere.
    return [read_refund(facts | {"payment_intent": payment}) for facts in found]


def _make(refund: Refund) -> RefundFacts:
    with asking():
        made = stripe_client().v1.refunds.create(
            {
                "payment_intent": refund.deposit.external_id,
                "amount": to_stripe(refund.amount, refund.currency),
                "metadata": own_words(refund=str(refund.pk)),
            },
            own_key(f"refund:{refund.pk}"),
        )
    return read_refund(facts_of(made.to_dict()))


def _made_before(refund: Refund, at: datetime) -> RefundFacts | None:
    """The refund at Stripe, where the answer was lost and the key may be forgotten by now."""
    if at - refund.asked_at < _KEY_LASTS:
        return None
    there = refunds_at_stripe(refund.deposit.external_id)
    return next((one for one in there if one.refund == refund.pk), None)


def _known(facts: RefundFacts, deposit: Deposit) -> Refund | None:
    """The refund here: by its number at Stripe, or by ours, which Stripe was given."""
    known = Refund.objects.filter(external_id=facts.id, deposit=deposit).first()
    if known is None and facts.refund is not None:
        known = Refund.objects.filter(
            pk=facts.refund, deposit=deposit, amount=facts.amount, external_id__in=("", facts.id)
        ).first()
    return known


def _reached(facts: RefundFacts) -> Refund.State:
    return Refund.State.DONE if facts.status == "succeeded" else Refund.State.SENT
