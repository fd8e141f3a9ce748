"""A month of one's own: who clicks how many things of whom; the rules of a new site."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.models import User
from payments.abuse.models import AbuseRule
from payments.money import MICROS
from payments.payouts.models import Payout, Way
from things.models import Thing

NOON_OF_10TH = "2010-10-10T12:00:00Z"


@pytest.fixture
def people(db: None) -> Callable[..., list[User]]:
    """Users by their names; each owns five things."""

    def make(*names: str, **fields: object) -> list[User]:
        users = [User.objects.create_user(name, **fields) for name in names]
        for user in users:
            Thing.objects.bulk_create(
                Thing(url=f"https://{user.username}.example/{n}", owner=user) for n in range(5)
            )
        return users

    return make


@pytest.fixture
def clicks(give: Callable[..., None]) -> Callable[..., None]:
    """Let somebody give five euros by so many clicks on each creator's things."""

    def click(giver: User, creators: dict[User, int], euros: int = 5) -> None:
        things = [
            thing
            for creator, count in creators.items()
            for thing in Thing.objects.filter(owner=creator).order_by("pk")[:count]
        ]
        give(giver, *things, euros=euros)

    return click


@pytest.fixture
def rule(db: None) -> Callable[[AbuseRule.Kind], AbuseRule]:
    """The rule of a kind, as it is on a new site."""
    return lambda kind: AbuseRule.objects.get(kind=kind)


@pytest.fixture
def ask_for_payout() -> Callable[..., Payout]:
    """A payout that a creator asked for, at a moment."""

    def ask(owner: User, at: object = NOON_OF_10TH) -> Payout:
        return Payout.objects.create(
            owner=owner,
            way=Way.SEPA,
            amount=5 * MICROS,
            currency="EUR",
            key="one",
            requested_at=at,
            changed_at=at,
        )

    return ask
