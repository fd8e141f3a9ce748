"""Whatever creators merge, move and claim, settled months stay as they were, and audits clean."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from payments.clicking.claiming import IdentifierTaken, claim_identifier, claim_site
from payments.clicking.recording import ClickRefused, record_click
from payments.earnings.reports import NothingEarned, creator_month, sums_by_thing
from payments.settlement.audit import audit_ledger
from payments.settlement.models import CreatorEarnings, Settlement, ThingEarnings
from things.aliases.merging import CannotMerge, merge_things
from things.aliases.moving import move_thing
from things.models import Click, PendingClick, Thing
from things.partners.identifiers import read_name
from things.partners.models import Namespace, Partner
from things.partners.naming import attribute, named_by
from things.periods import Period
from things.registering import AlreadyRegistered, NotYours, withdraw_thing
from things.sites.owning import SiteTaken, ask_for_site

MONTHS = (Period(2010, 9), Period(2010, 10), Period(2010, 11))
THINGS, READERS, DEEDS = 12, 4, 12


@dataclass
class World:
    """Two creators with a host each, a partner whose people are unknown, and readers."""

    chance: random.Random
    creators: list[User]
    readers: list[User]

    def things(self) -> list[Thing]:
        return list(Thing.objects.order_by("pk"))

    def deed(self, at: datetime) -> None:
        """One that a creator may do; most are refused, and then nothing may have changed."""
        one, other = self.chance.sample(self.things(), 2)
        creator = self.chance.choice(self.creators)
        deeds: list[Callable[[], Any]] = [
            lambda: merge_things(kept=one, absorbed=other, at=at),
            lambda: merge_things(kept=other, absorbed=one, at=at),
            lambda: move_thing(one, url=f"{one.url}-{self.chance.randrange(9)}", at=at),
            lambda: claim_site(ask_for_site(creator=creator, address=one.host, at=at), at=at),
            lambda: claim_identifier(
                read_name(f"partner:blogs:{self.chance.randrange(2)}"), creator=creator, at=at
            ),
            lambda: withdraw_thing(one, at=at) if one.state == Thing.State.ACTIVE else None,
        ]
        with suppress(CannotMerge, NotYours, AlreadyRegistered, SiteTaken, IdentifierTaken):
            self.chance.choice(deeds)()

    def click(self, at: datetime) -> None:
        for _ in range(THINGS):
            with suppress(ClickRefused):
                record_click(
                    subscriber=self.chance.choice(self.readers),
                    thing=self.chance.choice(self.things()),
                    at=at,
                )


@pytest.fixture
def world(ben: User, give: Callable[..., None], request: pytest.FixtureRequest) -> World:
    chance = random.Random(request.param)
    at = MONTHS[0].starts_at
    partner = Partner.objects.create(user=User.objects.create_user("paula"), name="Blogs")
    Namespace.objects.create(name="blogs", partner=partner)
    creators = [ben, User.objects.create_user("cleo")]
    readers = [User.objects.create_user(f"reader{number}") for number in range(READERS)]
    for reader in readers:
        give(reader, euros=30)
        reader.plan.amount = 7_000_000
        reader.plan.save()
    for number in range(THINGS):
        owner = chance.choice([*creators, None])
        thing = Thing.objects.create(
            url=f"https://{chance.choice(['ben', 'cleo', 'blogs'])}.example/{number}", owner=owner
        )
        if owner is None and chance.random() < 0.5:
            named = named_by(f"partner:blogs:{chance.randrange(2)}", url=thing.url)
            attribute(thing, named, at=at)
    return World(chance, creators, readers)


def past() -> list[Any]:
    """All that is settled, as the books have it."""
    kept = [ThingEarnings, CreatorEarnings]
    return [list(model.objects.order_by("pk").values()) for model in kept]


def shown(creators: list[User], periods: list[Period]) -> list[tuple[int, int]]:
    """The clicks and gross of each creator's settled months, added up by thing as pages do."""
    totals = []
    for creator in creators:
        for period in periods:
            with suppress(NothingEarned):
                rows = list(sums_by_thing(creator_month(creator=creator, period=period)))
                totals.append(
                    (
                        sum(row["clicks_in_all"] for row in rows),
                        sum(row["gross_in_all"] for row in rows),
                    )
                )
    return totals


def unsound() -> list[str]:
    return [finding.check.name for finding in audit_ledger(thorough=True) if finding.count]


class TestPastMonths:
    @pytest.mark.parametrize("world", range(6), indirect=True)
    def test_stay_as_they_were(self, world: World, settle: Callable[..., Settlement]) -> None:
        for number, period in enumerate(MONTHS):
            at = period.starts_at + timedelta(days=9)
            world.click(at)
            before, settled = past(), list(MONTHS[:number])
            pages = shown(world.creators, settled)
            for _ in range(DEEDS):
                world.deed(at)

                assert past() == before
                assert shown(world.creators, settled) == pages
                assert unsound() == []
            settle(period)

        assert unsound() == []
        assert ThingEarnings.objects.exists()
        assert Click.objects.exists()
        assert not PendingClick.objects.filter(thing__state=Thing.State.MERGED).exists()
