"""A rule tried on a month: how many it finds, and who, with nothing stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import User
from payments.abuse.finding import find
from payments.abuse.models import AbuseRule
from payments.abuse.words import why
from things.periods import Period

EXAMPLES = 20


@dataclass(frozen=True)
class Example:
    """Somebody whom the rule would mark, and why."""

    creator: int
    name: str
    why: str


@dataclass(frozen=True)
class Tried:
    """What a rule finds in a month; the examples are those who would get most of what it names."""

    rule: AbuseRule
    period: Period
    found: int
    givers: int
    examples: Sequence[Example]


def try_rule(rule: AbuseRule, *, period: Period) -> Tried:
    """Whom a rule would mark in a month with the thresholds that it has. Two queries."""
    found = find(rule, period=period)
    kind = AbuseRule.Kind(rule.kind)
    most = sorted(found, key=lambda one: -int(one.figures["amount"]))[:EXAMPLES]
    users = User.objects.in_bulk([one.creator for one in most])
    givers = {giving.giver for one in found for giving in one.givers}
    examples = [
        Example(one.creator, users[one.creator].username, why(kind, one.figures)) for one in most
    ]
    return Tried(rule, period, len(found), len(givers), examples)
