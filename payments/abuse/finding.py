"""What the rules find in a period. Reads only: this is the dry run too."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from payments.abuse.models import AbuseRule
from payments.abuse.rules import STATEMENTS
from things.periods import Period

# Joins and sums of a million rows; more than the four megabytes of PostgreSQL's own setting.
_WORK_MEMORY = "64MB"


@dataclass(frozen=True)
class Giving:
    """What one giver gave to a creator whom a rule found; the amount is in micros."""

    giver: int
    clicks: int
    amount: int
    currency: str


@dataclass(frozen=True)
class Found:
    """A creator whom a rule found: the number, the figures, and whose clicks they are."""

    creator: int
    figures: dict[str, Any]
    givers: Sequence[Giving]


def find(rule: AbuseRule, *, period: Period) -> list[Found]:
    """Whom a rule finds in a period, by their numbers, whether it is on or not. One statement.

    It reads all clicks of the period: some seconds for a million. Nothing is written.
    """
    values = {
        **{name: getattr(rule, name) for name in _THRESHOLDS},
        "period": period.first_day,
        "starts_at": period.starts_at,
        "ends_at": period.ends_at,
    }
    kind = AbuseRule.Kind(rule.kind)
    thresholds = {"kind": kind.value, **{f"rule_{k}": v for k, v in rule.thresholds().items()}}
    # The setting ends with the transaction.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL work_mem = '{_WORK_MEMORY}'")
        cursor.execute(STATEMENTS[kind], values)
        rows = cursor.fetchall()
    return [
        Found(
            creator,
            {**_json(figures), **thresholds},
            [Giving(giver, int(clicks), int(amount), code) for giver, clicks, amount, code in
             _json(givers)],
        )
        for creator, figures, givers in rows
    ]  # fmt: skip


_THRESHOLDS = (
    "least_accounts",
    "least_clicks",
    "least_units",
    "given_percent",
    "got_percent",
    "days",
)


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
