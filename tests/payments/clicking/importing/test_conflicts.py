"""What contradicts the site is a fault of the folder."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from accounts.models import User
from payments.clicking.importing.month import import_month
from payments.ledger.models import Transfer
from payments.ledger.posting import (
    Posting,
    correction,
    earnings_of,
    outside,
    post,
    wallet_of,
)
from things.aliases.merging import merge_things
from things.aliases.moving import move_thing
from things.models import Click, Thing

pytestmark = pytest.mark.django_db

NOW = datetime(2010, 10, 3, tzinfo=UTC)


class TestFindConflicts:
    def test_a_creator_like_a_user_but_for_case(
        self, refusal: Callable[..., str], month: Path
    ) -> None:
        User.objects.create_user("CEM")

        assert refusal(month) == (
            "things.csv:4: the user name “cem” differs from the user “CEM”"
            " only in upper and lower case"
        )

    def test_a_subscriber_like_a_user_but_for_case(
        self, refusal: Callable[..., str], month: Path
    ) -> None:
        User.objects.create_user("Eve")

        assert refusal(month) == (
            "budgets.csv:4: the user name “eve” differs from the user “Eve”"
            " only in upper and lower case"
        )

    def test_a_name_that_somebody_gave_up(self, refusal: Callable[..., str], month: Path) -> None:
        for name in ("Cem", "eve"):
            user = User.objects.create_user(name)
            user.username = f"deleted-{name}"
            user.save()

        assert refusal(month) == (
            "things.csv:4: the user name “cem” belonged to somebody who gave it up\n"
            "budgets.csv:4: the user name “eve” belonged to somebody who gave it up"
        )

    def test_a_suspended_creator(self, refusal: Callable[..., str], month: Path) -> None:
        User.objects.create_user("cem", suspended=True)

        assert refusal(month) == "things.csv:4: the creator “cem” is suspended"

    def test_a_suspended_subscriber(self, refusal: Callable[..., str], month: Path) -> None:
        User.objects.create_user("ada", suspended=True)

        assert refusal(month) == "budgets.csv:2: the subscriber “ada” is suspended"

    def test_a_subscriber_who_owes(self, refusal: Callable[..., str], month: Path) -> None:
        ada = User.objects.create_user("ada")
        wallet, rail = wallet_of(ada, "EUR"), outside("card", "EUR")
        paid_in = Posting("in", Transfer.Kind.DEPOSIT, rail, wallet, 5_000_000, NOW)
        [deposit] = post([paid_in], posted_at=NOW)
        given = Posting("tip", Transfer.Kind.TIP, wallet, earnings_of(ada, "EUR"), 4_500_000, NOW)
        post([given], posted_at=NOW)
        taken = correction(deposit, key="back", about_at=NOW, kind=Transfer.Kind.CHARGEBACK)
        post([taken], posted_at=NOW)

        assert refusal(month) == (
            "budgets.csv:2: the subscriber “ada” owes 4.500000 EUR, which must be paid first"
        )

    def test_a_thing_of_somebody_else(self, refusal: Callable[..., str], month: Path) -> None:
        dan = User.objects.create_user("dan")
        Thing.objects.create(url="https://cem.example/text", owner=dan)

        assert refusal(month) == (
            "things.csv:4: the thing “https://cem.example/text” is there already"
            " and belongs to “dan”"
        )

    def test_a_thing_of_nobody(self, refusal: Callable[..., str], month: Path) -> None:
        Thing.objects.create(url="https://cem.example/text")

        assert refusal(month) == (
            "things.csv:4: the thing “https://cem.example/text” is there already and has no owner"
        )

    def test_a_thing_that_cannot_be_clicked(self, refusal: Callable[..., str], month: Path) -> None:
        cem = User.objects.create_user("cem")
        Thing.objects.create(url="https://cem.example/text", owner=cem, state="withdrawn")

        assert refusal(month) == (
            "things.csv:4: the thing “https://cem.example/text” is there already and is withdrawn"
        )

    def test_a_budget_in_the_same_period(
        self, refusal: Callable[..., str], month: Path, spoil: Callable[..., None]
    ) -> None:
        import_month(folder=month, period=None, at=NOW)
        spoil("budgets.csv", b"10.00", b"11.00")

        assert refusal(month).splitlines() == [
            "budgets.csv:2: “ada” has a budget for 2010-09 already",
            "budgets.csv:3: “ben” has a budget for 2010-09 already",
            "budgets.csv:4: “eve” has a budget for 2010-09 already",
        ]

    def test_comes_after_the_faults_of_the_files(
        self, refusal: Callable[..., str], month: Path, spoil: Callable[..., None]
    ) -> None:
        User.objects.create_user("cem", suspended=True)
        spoil("budgets.csv", b"5,USD", b"0,USD")

        assert refusal(month).splitlines() == [
            "budgets.csv:4: the amount is zero",
            "things.csv:4: the creator “cem” is suspended",
        ]


class TestAddresses:
    def test_lead_to_things_under_other_spellings_and_to_those_that_moved(
        self, month: Path
    ) -> None:
        ben, cem = User.objects.create_user("ben"), User.objects.create_user("cem")
        song = Thing.objects.create(url="http://ben.example/song", owner=ben)
        film = Thing.objects.create(url="https://ben.example/film", owner=ben)
        text = Thing.objects.create(url="https://cem.example/text", owner=cem)
        later = Thing.objects.create(url="https://ben.example/film/2", owner=ben)
        move_thing(text, url="https://cem.example/text/2", at=NOW)
        merge_things(kept=later, absorbed=film, at=NOW)

        import_month(folder=month, period=None, at=NOW)

        assert Thing.objects.count() == 4
        assert set(Click.objects.values_list("subscriber__username", "thing")) == {
            ("ada", song.pk),
            ("ada", later.pk),
            ("ada", text.pk),
            ("ben", text.pk),
        }

    def test_of_one_page_on_two_lines_are_a_fault(
        self, refusal: Callable[..., str], spoil: Callable[..., None], month: Path
    ) -> None:
        spoil("things.csv", b"https://ben.example/film", b"http://BEN.example/song?utm_source=x")

        assert refusal(month).startswith(
            "things.csv:3: “http://BEN.example/song?utm_source=x” is the same page as on line 2"
        )

    def test_of_somebody_else_that_moved_are_a_fault(
        self, refusal: Callable[..., str], month: Path
    ) -> None:
        dan = User.objects.create_user("dan")
        text = Thing.objects.create(url="https://cem.example/text", owner=dan)
        move_thing(text, url="https://cem.example/text/2", at=NOW)

        assert refusal(month) == (
            "things.csv:4: the thing “https://cem.example/text” is there already"
            " and belongs to “dan”"
        )
