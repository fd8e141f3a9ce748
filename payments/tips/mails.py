"""A creator is told of a tip."""

from __future__ import annotations

from accounts.mail.kinds import Kind
from accounts.mail.queueing import queue_mail
from payments.tips.models import Tip


def tell_of_tip(tip: Tip) -> None:
    """Say that a tip came, in the caller's transaction; who gave it only where they may know."""
    queue_mail(
        to=tip.creator,
        kind=Kind.TIP_ARRIVED,
        key=f"tip_arrived:{tip.pk}",
        context={
            "giver": tip.giver.get_full_name() if tip.shows_giver else "",
            "net": tip.net,
            "amount": tip.amount,
            "fee": tip.fee,
            "currency": tip.currency,
            "note": tip.note,
            "title": str(tip.thing) if tip.thing else "",
        },
    )
