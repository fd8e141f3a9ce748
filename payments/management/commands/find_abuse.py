"""`manage.py find_abuse YYYY-MM [--dry-run]`: run the rules against abuse over a month."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from payments.abuse.marking import mark_period
from payments.abuse.models import AbuseRule
from payments.abuse.trying import Tried, try_rule
from payments.management.presenting import PresentingCommand
from things.periods import Period


class Command(PresentingCommand):
    """Presents `payments.abuse`."""

    help = (
        "Run each rule against abuse over a month, and mark whom it finds; run again, it marks"
        " nobody twice. With --dry-run nothing is stored: it says whom each rule, switched on or"
        " off, would find."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The month, and whether to store anything."""
        super().add_arguments(parser)
        parser.add_argument("period", metavar="YYYY-MM")
        parser.add_argument("--dry-run", action="store_true", help="store nothing")

    def handle(self, *_: Any, **options: Any) -> None:
        """Find, and mark."""
        period = Period.parse(options["period"])
        if options["dry_run"]:
            self._say([try_rule(rule, period=period) for rule in AbuseRule.objects.order_by("pk")])
            return
        marked = mark_period(period=period, at=timezone.now())
        self.answer(
            [{"rule": one.rule.name, "found": one.found, "new": one.new} for one in marked],
            [f"{one.rule.name}: found {one.found}, of which new {one.new}" for one in marked],
        )

    def _say(self, tried: list[Tried]) -> None:
        document = [
            {
                "rule": one.rule.name,
                "on": one.rule.on,
                "found": one.found,
                "examples": [{"creator": e.name, "why": e.why} for e in one.examples],
            }
            for one in tried
        ]
        lines = []
        for one in tried:
            lines.append(f"{one.rule.name}{'' if one.rule.on else ' (off)'}: found {one.found}")
            lines += [f"    {example.name}: {example.why}" for example in one.examples]
        self.answer(document, lines)
