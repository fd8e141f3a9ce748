"""Statements as JSON, written as they are read; amounts are texts with six decimals."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings

from accounts.models import User
from payments.giving.exporting.entries import ClickLine, clicks_of, whom
from payments.giving.months import SubscriberMonth, SubscriberYear
from payments.giving.statements import Statement
from payments.giving.wallets import WalletStatement
from payments.money import format_exact


def month_json(subscriber: User, month: SubscriberMonth) -> Iterator[str]:
    """A month as one document, in pieces."""
    yield from _month(_head(subscriber), month)


def year_json(
    subscriber: User, year: SubscriberYear, months: Iterable[SubscriberMonth]
) -> Iterator[str]:
    """A year as one document with its months, in pieces."""
    head = {
        "type": "year",
        **_head(subscriber),
        "year": year.year,
        "wallets": list(map(present_wallet, year.wallets)),
    }
    yield _open(head, "months")
    for turn, month in enumerate(months):
        yield ",\n" if turn else ""
        yield from _month({}, month)
    yield "]}\n"


def _month(head: dict[str, Any], month: SubscriberMonth) -> Iterator[str]:
    giving = month.giving
    known = {
        "type": "month",
        **head,
        "period": str(month.period),
        "state": month.state.value,
        "budget": giving and _budget(giving),
        "wallets": list(map(present_wallet, month.wallets)),
        "movements": list(map(_movement, month.movements)),
    }
    yield _open(known, "clicks")
    if giving is not None:
        for turn, click in enumerate(clicks_of(giving)):
            yield (",\n" if turn else "") + json.dumps(_click(click, giving))
    yield "]}\n"


def _open(known: dict[str, Any], name: str) -> str:
    """The document so far, with a list under that name begun."""
    return f'{json.dumps(known)[:-1]}, "{name}": [\n'


def _head(subscriber: User) -> dict[str, Any]:
    return {
        "site": {"name": settings.SITE_NAME, "url": settings.SITE_URL},
        "subscriber": subscriber.username,
    }


def _budget(statement: Statement) -> dict[str, Any]:
    return {
        "currency": statement.budget.currency,
        "amount": format_exact(statement.budget.amount),
        "clicks": statement.counted,
        "left_out": statement.left_out,
        "why_left_out": statement.why.value if statement.why else None,
        "excluded": statement.excluded,
        "standing_clicks_skipped": statement.skipped,
        "share": format_exact(statement.share),
        "given": format_exact(statement.given),
        "remainder": format_exact(statement.remainder),
    }


def present_wallet(statement: WalletStatement) -> dict[str, Any]:
    """A wallet's month or year; the amounts of its lines lead from opening to closing."""
    return {
        "currency": statement.currency,
        "opening": format_exact(statement.opening),
        "lines": {line.value: format_exact(moved) for line, moved in statement.lines.items()},
        "closing": format_exact(statement.closing),
    }


def _movement(transfer: Any) -> dict[str, Any]:
    return {
        "at": transfer.about_at.isoformat(),
        "line": transfer.line,
        "currency": transfer.currency,
        "amount": format_exact(transfer.moved),
        "creator": whom(transfer) or None,
    }


def _click(click: ClickLine, statement: Statement) -> dict[str, Any]:
    return {
        "at": click.clicked_at.isoformat(),
        "title": click.title,
        "url": click.url,
        "creator": click.username,
        "counts": click.counts,
        "excluded_for": click.excluded_for,
        "share": format_exact(statement.share if click.counts else 0),
    }
