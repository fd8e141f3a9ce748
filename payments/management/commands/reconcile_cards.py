"""`manage.py reconcile_cards`: ask Stripe for what its webhooks did not bring."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from payments.deposits.stripe.client import CardsRefused, CardsUnreachable
from payments.deposits.stripe.customers import delete_forgotten_customers
from payments.deposits.stripe.reconciling import reconcile_cards
from payments.deposits.stripe.saving import detach_removed_cards
from payments.management.presenting import PresentingCommand


class Command(PresentingCommand):
    """Presents `payments.deposits.stripe.reconciling`."""

    help = (
        "Ask Stripe for events that webhooks did not bring, and look after payments and refunds"
        " that were left. A worker does it every ten minutes; again, it changes nothing."
    )
    refusals = (CardsUnreachable, CardsRefused)

    def add_arguments(self, parser: CommandParser) -> None:
        """How far back."""
        super().add_arguments(parser)
        parser.add_argument(
            "--days",
            type=int,
            choices=range(1, 31),
            metavar="DAYS",
            help="so many days back, at most 30; without it, since the latest event that came",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Ask, and say what was found."""
        now, days = timezone.now(), options["days"]
        counts = reconcile_cards(at=now, since=now - timedelta(days=days) if days else None)
        counts["removed cards"] = detach_removed_cards(at=now)
        counts["forgotten customers"] = delete_forgotten_customers()
        self.answer(dict(counts), [f"{number} {name}" for name, number in counts.items()])
