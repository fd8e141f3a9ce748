"""Where one can go from every page: the ways in the head and in the foot.

A page that is in no list marks the way under whose `below` its address's name stands.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User


@dataclass(frozen=True)
class Way:
    """A way to a page: the name of its address, what it is called, and what lies below it."""

    url_name: str
    text: str | Promise
    below: frozenset[str] = field(default_factory=frozenset)
    of_user: bool = False

    def address(self, user: User | None) -> str:
        """Where it leads; some pages are a user's own."""
        return reverse(self.url_name, args=[user.username] if self.of_user and user else [])

    def leads_to(self, url_name: str) -> str:
        """What `aria-current` says on a page of that name: `page`, `true` or nothing."""
        return "page" if url_name == self.url_name else "true" if url_name in self.below else ""


MONTHS = Way("months", _("Months"), frozenset({"month"}))
THINGS = Way(
    "catalogue", _("Things"), frozenset({"thing", "thing_with_name", "creator", "submit", "tip"})
)
_BELOW_WALLET = frozenset(
    {"budget", "play_money", "deposits", "pay_in", "withdraw", "choose_creator", "given_tips"}
)

VISITOR = (MONTHS, THINGS, Way("button", _("For creators")))
SIGNED_IN = (
    Way(
        "front",
        _("This month"),
        frozenset({"clicks", "standing_clicks", "waiting_clicks", "connections"}),
    ),
    Way("giving", _("Giving"), frozenset({"giving_month"})),
    Way("wallet", _("Wallet"), _BELOW_WALLET),
    Way(
        "creator_months",
        _("Earnings"),
        frozenset(
            {
                "creator_month",
                "own_things",
                "own_feeds",
                "button",
                "sites",
                "payouts",
                "earnings_papers",
                "regive",
                "tips",
            }
        ),
        of_user=True,
    ),
    THINGS,
)
FOOT = (MONTHS, Way("button", _("Your button")), Way("api_docs", _("API")))


def ways_of(user: User | None) -> tuple[Way, ...]:
    """The ways in the head, by who looks."""
    return SIGNED_IN if user else VISITOR
