"""`manage.py charge_refills`: carry out the monthly refills that are due."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from payments.deposits.stripe.charging import charge_due_refills
from payments.deposits.stripe.client import CardsUnreachable
from payments.management.presenting import PresentingCommand


class Command(PresentingCommand):
    """Presents `payments.deposits.stripe.charging`."""

    help = (
        "Carry out the monthly refills that are due. A worker does it; again, it changes nothing."
    )
    refusals = (CardsUnreachable,)

    def handle(self, *_: Any, **options: Any) -> None:
        """Charge, and say how many were tried."""
        number = charge_due_refills(at=timezone.now())
        self.answer({"tried": number}, [f"{number} refills tried"])
