"""An operator takes a tip back, and looks at the notes that creators report."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from accounts.visibility import Visibility
from payments.ledger.models import Transfer
from payments.ledger.posting import NotEnough, correction, post
from payments.tips.models import Tip


class TipSpent(Exception):
    """The creator's earnings do not have the money any more."""


def take_back_tip(*, tip_id: int, at: datetime) -> Tip:
    """Give a tip back into the giver's wallet, with the fee. A second time changes nothing.

    Raises TipSpent where the creator was paid, or gave it on; then nothing has changed. Locks the
    tip, so that of two callers at once one does it.
    """
    with transaction.atomic():
        tip = Tip.objects.select_for_update(no_key=True).get(pk=tip_id)
        if tip.taken_back_at is not None:
            return tip
        transfers = Transfer.objects.filter(key__in=[f"tip:{tip.pk}", f"tip-fee:{tip.pk}"])
        corrections = [
            correction(one, key=f"{one.key}:back", about_at=at)
            for one in transfers.select_related("debited", "credited").order_by("pk")
        ]
        try:
            post(corrections, posted_at=at)
        except NotEnough as refusal:
            raise TipSpent(f"{tip}: the creator’s earnings do not have it any more") from refusal
        tip.taken_back_at = at
        tip.save(update_fields=["taken_back_at"])
    return tip


def report_note(*, tip: Tip, at: datetime) -> None:
    """Have the operator look at the note of a tip. A second time changes nothing."""
    if tip.note:
        Tip.objects.filter(pk=tip.pk, reported_at=None).update(reported_at=at)


def remove_note(*, tip_id: int) -> None:
    """Take a note away for good."""
    Tip.objects.filter(pk=tip_id).update(note="")


def forget_notes(*, user_id: int) -> None:
    """Take all notes away that somebody wrote or got, and their name from what they gave."""
    Tip.objects.filter(Q(giver=user_id) | Q(creator=user_id)).update(note="")
    Tip.objects.filter(giver=user_id).update(visibility=Visibility.ANONYMOUS)
