"""Batches: made by one staff member, approved by another, taken to the bank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext, override

from accounts.models import User
from accounts.sealing import seal, unseal
from payments.payouts.details import read_account
from payments.payouts.models import Payout, PayoutBatch, PayoutHold, Way
from payments.payouts.steps import step
from payments.payouts.ways import File, Payment, way_of

# More than any bank takes in one file by hand; the rest goes into the next batch.
MOST_PAYMENTS = 10_000


class BatchRefused(Exception):
    """A batch that cannot be made, approved or sent; the message says why."""


class NothingToPay(BatchRefused):
    """No payout waits that could be paid."""


class SecondPersonNeeded(BatchRefused):
    """Who made a batch, or is paid by it, cannot approve it."""


@dataclass(frozen=True)
class Waiting:
    """Payouts of one way and currency that wait for a batch; `amount` is their sum in micros."""

    way: Way
    currency: str
    payouts: int
    amount: int

    @property
    def label(self) -> str:
        """The way in words."""
        return str(self.way.label)


def waiting_payouts() -> list[Waiting]:
    """What waits for a batch and could be paid, by way and currency. One query."""
    waiting = _unhindered(Payout.objects.filter(batch=None)).values("way", "currency")
    sums = waiting.annotate(payouts=Count("pk"), sum=Sum("amount")).order_by("way", "currency")
    return [Waiting(Way(row["way"]), row["currency"], row["payouts"], row["sum"]) for row in sums]


def make_batch(*, way: Way, currency: str, by: User, at: datetime) -> PayoutBatch:
    """Put the payouts that wait into a batch; made a second time, it is the same batch.

    Those of suspended creators and those on hold are left for later. Raises NothingToPay.
    """
    with transaction.atomic():
        batch, _made = PayoutBatch.objects.get_or_create(
            way=way,
            currency=currency,
            state=PayoutBatch.State.MADE,
            defaults={"made_by": by, "made_at": at},
        )
        waiting = _unhindered(Payout.objects.filter(way=way, currency=currency, batch=None))
        room = MOST_PAYMENTS - batch.payouts.count()
        taken = waiting.order_by("pk").select_for_update(of=["self"], no_key=True)[: max(room, 0)]
        Payout.objects.filter(pk__in=[payout.pk for payout in taken]).update(batch=batch)
        if not batch.payouts.exists():
            raise NothingToPay(f"no payout waits to be paid by {way} in {currency}")
    return batch


def approve_batch(*, batch_id: int, by: User, at: datetime) -> PayoutBatch:
    """Approve a batch and write its file. Payouts that are hindered by now are let out of it.

    Approved again by the same person it stays as it is. Raises SecondPersonNeeded,
    NothingToPay where nothing is left (the batch is dissolved then), BatchRefused where it was
    dissolved or another approved it, and CannotOpen where the site's key is lost.
    """
    with transaction.atomic():
        batch = _lock(batch_id)
        if batch.state in {PayoutBatch.State.APPROVED, PayoutBatch.State.SENT}:
            return batch
        _check_state(batch, PayoutBatch.State.MADE)
        payouts = _let_out_hindered(batch)
        if by.pk == batch.made_by_id or any(payout.owner_id == by.pk for payout in payouts):
            raise SecondPersonNeeded("somebody else must approve: one makes, another approves")
        if payouts:
            batch.state, batch.approved_by, batch.approved_at = PayoutBatch.State.APPROVED, by, at
            batch.file = seal(_file(batch, payouts, at))
            batch.save(update_fields=["state", "approved_by", "approved_at", "file"])
            for payout in payouts:
                step(payout, Payout.State.APPROVED, at=at, by=by)
        else:
            batch.state = PayoutBatch.State.DISSOLVED
            batch.save(update_fields=["state"])
    if not payouts:
        raise NothingToPay("nothing is left in the batch; it is dissolved")
    return batch


def dissolve_batch(*, batch_id: int) -> PayoutBatch:
    """Take a batch apart that nobody approved; its payouts wait again. Raises BatchRefused."""
    with transaction.atomic():
        batch = _lock(batch_id)
        if batch.state != PayoutBatch.State.DISSOLVED:
            _check_state(batch, PayoutBatch.State.MADE)
            batch.payouts.update(batch=None)
            batch.state = PayoutBatch.State.DISSOLVED
            batch.save(update_fields=["state"])
    return batch


def file_of(batch: PayoutBatch) -> File:
    """The file of an approved batch, the same each time. Raises BatchRefused, CannotOpen."""
    if batch.file is None:
        raise BatchRefused(f"{batch} is not approved")
    way = way_of(batch.way)
    name = f"{batch.message_id}.{way.suffix}"
    return File(name, way.content_type, unseal(bytes(batch.file)))


def mark_sent(*, batch_id: int, by: User, at: datetime) -> PayoutBatch:
    """Note that the bank has the file. Raises BatchRefused if nobody approved it."""
    with transaction.atomic():
        batch = _lock(batch_id)
        if batch.state != PayoutBatch.State.SENT:
            _check_state(batch, PayoutBatch.State.APPROVED)
            # One that the bank refused meanwhile stays refused.
            approved = batch.payouts.filter(state=Payout.State.APPROVED)
            for payout in approved.order_by("pk").select_for_update(no_key=True):
                step(payout, Payout.State.SENT, at=at, by=by)
            batch.state, batch.sent_at = PayoutBatch.State.SENT, at
            batch.save(update_fields=["state", "sent_at"])
    return batch


def _lock(batch_id: int) -> PayoutBatch:
    return PayoutBatch.objects.select_for_update(no_key=True).get(pk=batch_id)


def _check_state(batch: PayoutBatch, wanted: PayoutBatch.State) -> None:
    if batch.state != wanted:
        raise BatchRefused(f"{batch} is {batch.get_state_display()}")


def _unhindered(payouts: QuerySet[Payout]) -> QuerySet[Payout]:
    """Those whose creators can be paid now."""
    held = PayoutHold.objects.standing().filter(owner=OuterRef("owner"), amount=None)
    requested = payouts.filter(state=Payout.State.REQUESTED, owner__suspended=False)
    return requested.exclude(Exists(held)).exclude(details=None)


def _let_out_hindered(batch: PayoutBatch) -> list[Payout]:
    """The payouts that stay in a batch, locked, with their creators and accounts."""
    rows = batch.payouts.order_by("pk").select_related("details", "owner")
    inside = list(rows.select_for_update(of=["self"], no_key=True))
    staying = set(_unhindered(batch.payouts.all()).values_list("pk", flat=True))
    batch.payouts.exclude(pk__in=staying).update(batch=None)
    return [payout for payout in inside if payout.pk in staying]


def _file(batch: PayoutBatch, payouts: Sequence[Payout], at: datetime) -> bytes:
    payments = [_payment(payout) for payout in payouts]
    on = timezone.localtime(at, timezone.get_default_timezone()).date()
    way = way_of(batch.way)
    return way.build_file(batch.message_id, payments, currency=batch.currency, on=on)


def _payment(payout: Payout) -> Payment:
    if payout.details is None:
        raise BatchRefused(f"{payout} has no account to be paid to")
    account = read_account(payout.details)
    with override(payout.owner.language):
        text = gettext("Your earnings at %(site)s, %(payout)s") % {
            "site": settings.SITE_NAME,
            "payout": payout.end_to_end_id,
        }
    return Payment(payout.end_to_end_id, account.holder, account.number, payout.amount, text)
