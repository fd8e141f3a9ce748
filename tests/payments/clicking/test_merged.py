"""Clicks and money of things that were merged: the past stays, the rest goes on as one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from django.core.management import call_command
from django.test import Client

from accounts.models import User
from payments.clicking.recording import Outcome, record_click, take_back_click
from payments.settlement.models import CreatorEarnings, Settlement, ThingEarnings
from things.aliases.merging import merge_things
from things.models import Click, Thing
from things.periods import Period

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
OCTOBER = datetime(2010, 10, 9, 12, tzinfo=UTC)
Give = Callable[..., None]


class TestMerging:
    def test_changes_no_past_month_and_goes_on_as_one(
        self,
        ada: User,
        eve: User,
        ben: User,
        song: Thing,
        poem: Thing,
        give: Give,
        pay_in: Callable[..., object],
        settle: Callable[..., Settlement],
    ) -> None:
        give(ada, song, poem, euros=5)
        give(eve, poem, euros=3)
        settle()
        rows = list(ThingEarnings.objects.order_by("pk").values())
        totals = list(CreatorEarnings.objects.values())

        merge_things(kept=song, absorbed=poem, at=OCTOBER)
        pay_in(ada, 5)
        first = record_click(subscriber=ada, thing=poem, at=OCTOBER)
        second = record_click(subscriber=ada, thing=song, at=OCTOBER)
        settle(Period(2010, 10))

        assert (first.outcome, second.outcome) == (Outcome.COUNTED, Outcome.ALREADY)
        assert list(ThingEarnings.objects.order_by("pk").values())[: len(rows)] == rows
        september = CreatorEarnings.objects.filter(period=Period(2010, 9))
        assert list(september.values()) == totals
        october = ThingEarnings.objects.get(period=Period(2010, 10))
        assert (october.thing, october.gross) == (song, 5_000_000)
        call_command("audit", verbosity=0)

    def test_in_an_open_month_makes_one_click_of_two(
        self,
        ada: User,
        eve: User,
        song: Thing,
        poem: Thing,
        give: Give,
        settle: Callable[..., Settlement],
    ) -> None:
        drum = Thing.objects.create(url="https://drums.example/", owner=eve)
        give(ada, song, poem, drum, euros=6)

        merge_things(kept=song, absorbed=poem, at=NOON)
        settle()

        assert set(ThingEarnings.objects.values_list("thing", "gross")) == {
            (song.pk, 3_000_000),
            (drum.pk, 3_000_000),
        }
        call_command("audit", verbosity=0)

    def test_lets_a_click_be_taken_back(
        self, ada: User, song: Thing, poem: Thing, give: Give
    ) -> None:
        give(ada, poem)
        merge_things(kept=song, absorbed=poem, at=NOON)

        take_back_click(subscriber=ada, thing=song, at=NOON)

        assert not Click.objects.exists()


class TestPages:
    def test_of_merged_things_lead_to_the_kept_one(
        self, client: Client, song: Thing, poem: Thing
    ) -> None:
        merge_things(kept=song, absorbed=poem, at=NOON)

        page = client.get(f"/thing/{poem.pk}")

        assert (page.status_code, page.headers["Location"]) == (301, f"/thing/{song.pk}")
        assert client.get(f"/rest/v2/things/{poem.pk}").json()["id"] == song.pk
        lookup = client.get("/rest/v2/things/lookup", {"url": poem.url})
        assert lookup.headers["Location"].endswith(f"/things/{song.pk}")
