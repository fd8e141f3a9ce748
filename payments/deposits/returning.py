"""What goes back: refunds that are asked for here, and what providers and banks took back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from payments.deposits.models import Deposit, Dispute, Refund
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.posting import correction, mirror, post
from payments.mails import tell_of_payment_taken_back


class NotArrived(Exception):
    """Nothing can go back of a deposit that has not arrived."""


class RefundEnded(Exception):
    """The refund has failed already, and its money is in the wallet again."""


def refund_outside(
    *, deposit: Deposit, amount: int, external_id: str, about_at: datetime, at: datetime
) -> Refund:
    """Mirror a refund of so many micros that was made at the provider; the same number once.

    It cannot be refused: where the wallet does not have the money any more, it goes into debt.
    Raises NotArrived, or AlreadyCorrected if more would go back than came in.
    """
    with transaction.atomic():
        locked = _locked(deposit)
        known = Refund.objects.filter(external_id=external_id).first()
        if known is not None:
            return known
        key = f"refund:outside:{external_id}"
        transfer = _take_back(locked, amount, key=key, about_at=about_at, at=at)
        return Refund.objects.create(
            deposit=locked,
            amount=amount,
            currency=locked.currency,
            state=Refund.State.SENT,
            key=key,
            external_id=external_id,
            asked_at=about_at,
            transfer=transfer,
        )


def note_refund(
    refund: Refund,
    state: Refund.State,
    *,
    at: datetime,
    external_id: str = "",
    by: User | None = None,
) -> Refund:
    """Note that a refund was sent or paid back. One that failed, or is as far, stays."""
    with transaction.atomic():
        locked = Refund.objects.select_for_update(no_key=True).get(pk=refund.pk)
        if locked.state not in _BEFORE[state]:
            return locked
        locked.state = state
        locked.external_id = locked.external_id or external_id
        if state == Refund.State.DONE:
            locked.ended_at, locked.ended_by = at, by
        locked.save(update_fields=["state", "external_id", "ended_at", "ended_by"])
    return locked


def undo_refund(
    refund: Refund, *, failure: str, at: datetime, by: User | None = None, external_id: str = ""
) -> Refund:
    """Bring a refund that could not be paid out back into the wallet, once.

    A refund that was paid back can still fail: banks return money days later.
    """
    with transaction.atomic():
        locked = Refund.objects.select_for_update(no_key=True).get(pk=refund.pk)
        if locked.state == Refund.State.FAILED:
            return locked
        locked.undone_by = mirror(
            locked.transfer, key=f"refund:undone:{locked.pk}", about_at=at, posted_at=at
        )
        locked.state = Refund.State.FAILED
        locked.failure = failure[:200]
        locked.external_id = locked.external_id or external_id
        locked.ended_at, locked.ended_by = at, by
        locked.save(
            update_fields=["undone_by", "state", "failure", "external_id", "ended_at", "ended_by"]
        )
    return locked


def charge_back(dispute: Dispute, *, about_at: datetime, at: datetime) -> Dispute:
    """Take the money of a dispute out of the wallet, once: the payer's bank has taken it.

    At most what is left of the deposit: what had gone back before cannot be owed again, and is the
    site's loss. Refunds that nobody has sent yet are undone first, since no provider pays back
    what is disputed. Nothing is taken where nothing is left. Raises NotArrived.
    """
    with transaction.atomic():
        deposit = _locked(dispute.deposit)
        locked = Dispute.objects.select_for_update(no_key=True).get(pk=dispute.pk)
        if locked.chargeback_id is None:
            _undo_waiting_refunds(deposit, at)
            amount = min(locked.amount, remaining_of(deposit))
            if amount:
                key = f"dispute:{locked.pk}"
                locked.chargeback = _take_back(deposit, amount, key=key, about_at=about_at, at=at)
                locked.save(update_fields=["chargeback"])
    return locked


def reinstate(dispute: Dispute, *, about_at: datetime, at: datetime) -> Dispute:
    """Put the money of a dispute that was won back into the wallet, once."""
    with transaction.atomic():
        locked = charge_back(dispute, about_at=about_at, at=at)
        if locked.reinstated_id is None and locked.chargeback is not None:
            key = f"dispute:won:{locked.pk}"
            locked.reinstated = mirror(locked.chargeback, key=key, about_at=about_at, posted_at=at)
            locked.save(update_fields=["reinstated"])
    return locked


def remaining_of(deposit: Deposit) -> int:
    """The micros of a deposit that have not gone back."""
    left = Transfer.objects.filter(deposit=deposit).remaining()
    return next(iter(left.values()), 0)


def _undo_waiting_refunds(deposit: Deposit, at: datetime) -> None:
    waiting = Refund.objects.filter(
        deposit=deposit, state=Refund.State.ASKED, external_id=""
    ).order_by("pk")
    for refund in waiting:
        undo_refund(refund, failure="the payment is disputed", at=at)


def _locked(deposit: Deposit) -> Deposit:
    locked = Deposit.objects.lock(deposit.pk)
    if locked.transfer is None:
        raise NotArrived(f"the deposit {locked} has not arrived")
    return locked


def _take_back(
    deposit: Deposit, amount: int, *, key: str, about_at: datetime, at: datetime
) -> Transfer:
    if deposit.transfer is None:
        raise NotArrived(f"the deposit {deposit} has not arrived")
    taken = correction(
        deposit.transfer,
        key=key,
        amount=amount,
        kind=Transfer.Kind.CHARGEBACK,
        about_at=about_at,
    )
    transfer = post([taken], posted_at=at)[0]
    wallet = LedgerAccount.objects.get(pk=deposit.wallet_id)
    tell_of_payment_taken_back(
        subscriber=deposit.subscriber,
        wallet=wallet,
        amount=amount,
        key=key,
        paid_at=deposit.begun_at,
    )
    return transfer


_BEFORE = {
    Refund.State.SENT: {Refund.State.ASKED},
    Refund.State.DONE: {Refund.State.ASKED, Refund.State.SENT},
}
