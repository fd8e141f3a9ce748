"""A mail of each kind, full of what it can say. What a kind does not name it does not read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from accounts.mail.kinds import Kind
from accounts.mail.models import Mail
from accounts.models import User

MOMENT = datetime(2010, 9, 9, 22, 30, tzinfo=UTC)
AMOUNT = 5_140_001
TITLES = ["A song", "An essay <of> very many words about tea, milk & what comes of them: part 17"]
_THINGS = [{"title": title, "gross": AMOUNT, "clicks": 7, "currency": "EUR"} for title in TITLES]
_TOTAL = {"currency": "EUR", "clicks": 14, "things": 9, "gross": AMOUNT, "fee": 514_000}
_TOTAL |= {"net": 4_626_001}

_AMOUNTS = ("amount", "balance", "free", "budget", "missing", "share", "given", "remainder", "net")
_MOMENTS = ("arrived_at", "paid_at", "at", "until", "since", "usable_at", "clicked_at")
_DAYS = ("month", "begins_at", "first", "last", "first_on")
EVERYTHING: dict[str, Any] = {
    **dict.fromkeys((*_AMOUNTS, "fee", "owed"), AMOUNT),
    **dict.fromkeys(_MOMENTS, MOMENT),
    **dict.fromkeys(_DAYS, date(2010, 9, 1)),
    "currency": "EUR",
    "titles": TITLES,
    "best": _THINGS,
    "totals": [_TOTAL],
    "estimates": [{"net": AMOUNT, "currency": "EUR"}],
    "title": TITLES[1],
    "called": TITLES[1],
    "number": 2,
    "clicks": 14,
    "before": 11,
    "more": 3,
    "has_budget": True,
    "account": "DE89 … 3000",
    "payout": 7,
    "reason": "They give to each other in a circle.",
    "why": "Your card was declined.",
    "card": "Visa … 4242",
    "consent": "I agree that my card is charged.",
    "giver": "Ada",
    "note": "Thank you!",
    "site": "ben.example",
    "url": "https://quokka.example/told",
    "said": "HTTP 500",
    "code": "K7Q2-9XMB",
    "name": "ada",
    "greeted": "",
    "new_address": "ada@new.example",
    "device": "Firefox, Linux",
    "ip": "203.0.113.9",
    "decision": "thing_suspended",
    "appeals": "appeals@obole.example",
    "what": "totp_activated",
}
# Where one name is something else in one kind.
_OWN: dict[Kind, dict[str, Any]] = {
    Kind.MONTH_GIVEN: {"first": _THINGS},
}


def each_kind(to: User) -> Iterator[Mail]:
    """Mails to somebody, none of them stored."""
    for kind in Kind:
        context = EVERYTHING | _OWN.get(kind, {})
        yield Mail(user=to, kind=kind, context=context, key=f"example:{kind}")
