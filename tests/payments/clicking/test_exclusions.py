"""Leaving clicks and things out of a month's division, visibly, until its settlement begins."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from at_once import at_once
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import StaffEntry, User
from payments.clicking.exclusions.excluding import (
    AlreadyExcluded,
    AlreadyUndone,
    NothingToExclude,
    exclude_click,
    exclude_thing,
    undo_exclusion,
)
from payments.clicking.exclusions.models import Exclusion
from payments.giving.statements import LeftOut, statement_of
from payments.ledger.models import LedgerAccount
from payments.money import MICROS
from payments.settlement.audit import audit_ledger
from payments.settlement.corrections.deciding import Wanted, propose_correction
from payments.settlement.corrections.reversing import NothingToTakeBack
from payments.settlement.models import Settlement, ThingEarnings
from payments.settlement.preview import preview_settlement
from things.aliases.merging import CannotMerge, merge_things
from things.models import Thing
from things.partitions import PeriodSealed
from things.periods import Period

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
SEPTEMBER = Period(2010, 9)
THIRD = datetime(2010, 10, 3, 9, tzinfo=UTC)
ADD = "/admin/payments/exclusion/add/"

Give = Callable[..., None]
Settle = Callable[..., Settlement]


def exclude(by: User, thing: Thing, subscriber: User | None = None) -> Exclusion:
    if subscriber is None:
        return exclude_thing(period=SEPTEMBER, thing=thing, reason="a ring", by=by, at=THIRD)
    return exclude_click(
        period=SEPTEMBER, subscriber=subscriber, thing=thing, reason="a ring", by=by, at=THIRD
    )


def undo(excluded: Exclusion, by: User) -> Exclusion:
    return undo_exclusion(exclusion_id=excluded.pk, by=by, at=THIRD)


def earned() -> dict[str, tuple[int, int]]:
    rows = ThingEarnings.objects.values_list("thing__title", "clicks", "gross")
    return {title: (clicks, gross) for title, clicks, gross in rows}


def wallets() -> dict[str, tuple[int, int]]:
    rows = LedgerAccount.objects.filter(kind="wallet")
    return {name: (b, h) for name, b, h in rows.values_list("owner__username", "balance", "held")}


def fetched(client: Client, address: str) -> bytes:
    answer = client.get(address)
    return b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[arg-type]


def faults() -> list[str]:
    return [finding.check.name for finding in audit_ledger(thorough=True) if finding.count]


class TestExcludeClick:
    def test_divides_the_budget_among_the_others(
        self, ada: User, eve: User, song: Thing, poem: Thing, olga: User, give: Give, settle: Settle
    ) -> None:
        give(ada, song, poem, euros=4)
        give(eve, song, poem, euros=6)

        exclude(olga, poem, ada)
        settle()

        assert earned() == {"A song": (2, 7 * MICROS), "A poem": (1, 3 * MICROS)}
        assert wallets() == {"ada": (0, 0), "eve": (0, 0)}
        assert faults() == []

    def test_gives_the_whole_budget_back_where_no_other_is_left(
        self, ada: User, song: Thing, olga: User, give: Give, settle: Settle
    ) -> None:
        give(ada, song, euros=4)

        exclude(olga, song, ada)
        settle()

        assert earned() == {}
        assert wallets() == {"ada": (4 * MICROS, 0)}
        assert faults() == []

    def test_is_refused_where_there_is_no_such_click(
        self, ada: User, song: Thing, poem: Thing, olga: User, give: Give
    ) -> None:
        give(ada, song)

        with pytest.raises(NothingToExclude):
            exclude(olga, poem, ada)

    def test_is_refused_twice_and_can_be_done_again_once_undone(
        self, ada: User, song: Thing, olga: User, give: Give
    ) -> None:
        give(ada, song)
        first = exclude(olga, song, ada)
        with pytest.raises(AlreadyExcluded):
            exclude(olga, song, ada)
        undo(first, olga)

        exclude(olga, song, ada)

        assert Exclusion.objects.filter(undone_at=None).count() == 1

    def test_is_refused_once_the_settlement_began(
        self, ada: User, song: Thing, olga: User, give: Give, settle: Settle
    ) -> None:
        give(ada, song)
        settle()

        with pytest.raises(PeriodSealed):
            exclude(olga, song, ada)

    def test_leaves_nothing_to_take_back_afterwards(
        self, ada: User, song: Thing, poem: Thing, olga: User, give: Give, settle: Settle
    ) -> None:
        give(ada, song, poem)
        exclude(olga, poem, ada)
        settle()
        wanted = Wanted(period=SEPTEMBER, subscriber=ada, thing=poem)

        with pytest.raises(NothingToTakeBack):
            propose_correction(wanted, reason="again", evidence="none", by=olga, at=THIRD)

    @pytest.mark.django_db(transaction=True)
    def test_comes_before_a_settlement_that_begins_beside_it_or_is_refused(
        self, ada: User, song: Thing, poem: Thing, olga: User, give: Give, settle: Settle
    ) -> None:
        give(ada, song, poem, euros=4)

        _settled, excluded = at_once(settle, lambda: exclude(olga, poem, ada))

        if isinstance(excluded, Exclusion):
            assert earned() == {"A song": (1, 4 * MICROS)}
        else:
            assert earned() == {"A song": (1, 2 * MICROS), "A poem": (1, 2 * MICROS)}
        assert faults() == []


class TestExcludeThing:
    def test_leaves_all_its_clicks_out(
        self, ada: User, eve: User, song: Thing, poem: Thing, olga: User, give: Give, settle: Settle
    ) -> None:
        give(ada, song, poem, euros=4)
        give(eve, poem, euros=6)

        exclude(olga, poem)
        settlement = settle()

        assert earned() == {"A song": (1, 4 * MICROS)}
        assert wallets() == {"ada": (0, 0), "eve": (6 * MICROS, 0)}
        assert settlement.left_out_things == [poem.pk]
        assert faults() == []

    def test_is_in_the_dry_run_before(
        self, ada: User, song: Thing, poem: Thing, olga: User, give: Give
    ) -> None:
        give(ada, song, poem, euros=4)

        exclude(olga, poem)
        [figures] = preview_settlement(period=SEPTEMBER, at=THIRD, fee_basis_points=1000)

        assert (figures.clicks, figures.things, figures.given) == (1, 1, 4 * MICROS)

    def test_keeps_it_from_escaping_into_another_thing(
        self, ada: User, song: Thing, poem: Thing, olga: User, give: Give, settle: Settle
    ) -> None:
        give(ada, poem)
        exclude(olga, poem)

        with pytest.raises(CannotMerge, match="excluded"):
            merge_things(kept=song, absorbed=poem, at=THIRD)

        settle()
        merge_things(kept=song, absorbed=poem, at=THIRD)

    def test_is_refused_for_a_month_to_come(self, song: Thing, olga: User) -> None:
        with pytest.raises(NothingToExclude):
            exclude_thing(period=Period(2010, 11), thing=song, reason="a ring", by=olga, at=THIRD)


class TestUndoExclusion:
    def test_lets_it_take_part_again(
        self, ada: User, song: Thing, poem: Thing, olga: User, give: Give, settle: Settle
    ) -> None:
        give(ada, song, poem, euros=4)
        excluded = exclude(olga, poem)

        undo(excluded, olga)
        settle()

        assert earned() == {"A song": (1, 2 * MICROS), "A poem": (1, 2 * MICROS)}
        with pytest.raises(PeriodSealed):
            undo(excluded, olga)

    def test_is_done_once(self, song: Thing, olga: User) -> None:
        excluded = exclude(olga, song)
        undo(excluded, olga)

        with pytest.raises(AlreadyUndone):
            undo(excluded, olga)


class TestDatabase:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE payments_exclusion SET reason = 'none'",
            "UPDATE payments_exclusion SET subscriber_id = NULL",
            "DELETE FROM payments_exclusion",
        ],
    )
    def test_keeps_what_was_written(
        self, ada: User, song: Thing, olga: User, give: Give, statement: str
    ) -> None:
        give(ada, song)
        exclude(olga, song, ada)

        with (
            pytest.raises(IntegrityError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)

    @pytest.mark.parametrize(
        "statement",
        [
            (
                "INSERT INTO payments_exclusion"
                " (period, thing_id, reason, excluded_by_id, excluded_at)"
                " SELECT period, thing_id, 'late', excluded_by_id, now() FROM payments_exclusion"
            ),
            "UPDATE payments_exclusion SET undone_at = now(), undone_by_id = excluded_by_id",
        ],
    )
    def test_refuses_all_of_it_once_the_settlement_began(
        self, ada: User, song: Thing, olga: User, give: Give, settle: Settle, statement: str
    ) -> None:
        give(ada, song)
        exclude(olga, song, ada)
        settle()

        with (
            pytest.raises(IntegrityError, match="has begun"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


class TestPages:
    def test_tell_the_giver_why(
        self,
        client: Client,
        ada: User,
        song: Thing,
        poem: Thing,
        olga: User,
        give: Give,
        settle: Settle,
    ) -> None:
        give(ada, song, poem, euros=4)
        exclude(olga, poem, ada)
        client.force_login(ada)
        before = statement_of(subscriber=ada, period=SEPTEMBER, at=THIRD)
        settle()
        after = statement_of(subscriber=ada, period=SEPTEMBER, at=THIRD)
        page = client.get(reverse("giving_month", args=[SEPTEMBER])).content.decode()
        as_json = client.get(reverse("giving_month", args=[SEPTEMBER]) + "statement.json")

        for statement in (before, after):
            assert (statement.counted, statement.excluded, statement.share) == (1, 1, 4 * MICROS)
            assert statement.why is LeftOut.EXCLUDED
        assert "takes no part (a ring)" in page
        assert "The operator excluded 1 click" in page
        told = b"".join(as_json.streaming_content).decode()  # type: ignore[attr-defined]
        assert '"excluded_for": "a ring"' in told

    @pytest.mark.parametrize("settled", [False, True])
    def test_say_why_in_the_givers_files(
        self,
        client: Client,
        ada: User,
        song: Thing,
        poem: Thing,
        olga: User,
        give: Give,
        settle: Settle,
        settled: bool,
    ) -> None:
        give(ada, song, poem, euros=4)
        exclude(olga, poem, ada)
        client.force_login(ada)
        if settled:
            settle()
        address = reverse("giving_month", args=[SEPTEMBER])

        table = fetched(client, f"{address}statement.csv").decode()
        printed = PdfReader(io.BytesIO(fetched(client, f"{address}statement.pdf"))).pages

        reasons = {row["url"]: row["reason"] for row in csv.DictReader(io.StringIO(table))}
        assert (reasons[poem.url], reasons[song.url]) == ("a ring", "")
        assert "a ring" in "".join(page.extract_text() for page in printed)

    @pytest.mark.parametrize(("whole", "what"), [(False, "click"), (True, "thing")])
    def test_say_why_in_the_creators_files(
        self,
        client: Client,
        ada: User,
        ben: User,
        song: Thing,
        poem: Thing,
        olga: User,
        give: Give,
        settle: Settle,
        whole: bool,
        what: str,
    ) -> None:
        give(ada, song, poem, euros=4)
        exclude(olga, poem, None if whole else ada)
        client.force_login(ben)
        settle()
        address = "/creators/ben/months/2010-09"

        table = client.get(f"{address}.csv").content.decode()
        tree = client.get(f"{address}.json").json()

        rows = list(csv.DictReader(io.StringIO(table)))
        assert [(row["url"], row["source"], row["reason"]) for row in rows] == [
            (song.url, "clicks", ""),
            (poem.url, f"excluded {what}", "a ring"),
        ]
        [told] = tree["excluded"]
        assert (told["url"], told["what"], told["reason"]) == (poem.url, what, "a ring")
        assert "ada" not in table

    def test_tell_the_creator_without_naming_the_giver(
        self,
        client: Client,
        ada: User,
        ben: User,
        song: Thing,
        poem: Thing,
        olga: User,
        give: Give,
        settle: Settle,
    ) -> None:
        give(ada, song, poem, euros=4)
        exclude(olga, poem, ada)
        client.force_login(ben)
        settle()

        page = client.get(reverse("creator_month", args=["ben", SEPTEMBER])).content.decode()

        assert "Excluded by the operator" in page
        assert "a ring" in page
        assert "one click" in page
        assert "ada" not in page

    def test_tell_a_creator_who_earned_nothing_for_it(
        self,
        client: Client,
        ada: User,
        ben: User,
        song: Thing,
        olga: User,
        give: Give,
        settle: Settle,
    ) -> None:
        give(ada, song, euros=4)
        exclude(olga, song)
        client.force_login(ben)
        settle()

        page = client.get(reverse("creator_month", args=["ben", SEPTEMBER])).content.decode()

        assert "Nothing was earned in this month." in page
        assert "a ring" in page


class TestAdmin:
    def test_excludes_and_undoes_and_writes_both_down(
        self, client: Client, ada: User, song: Thing, olga: User, give: Give
    ) -> None:
        give(ada, song)
        client.force_login(olga)
        sent = {"period_text": "2010-09", "thing_text": song.url, "subscriber_name": "Ada"}

        client.post(ADD, {**sent, "reason": "a ring"})
        excluded = Exclusion.objects.get()
        client.post(f"/admin/payments/exclusion/{excluded.pk}/deeds/undo/", {"note": "no ring"})

        excluded.refresh_from_db()
        assert (excluded.subscriber, excluded.thing, excluded.reason) == (ada, song, "a ring")
        assert excluded.undone_by == olga
        entries = StaffEntry.objects.filter(subject="payments.exclusion").order_by("pk")
        assert [(one.kind, one.deed, one.reason) for one in entries] == [
            ("add", "", ""),
            ("deed", "undo", "no ring"),
        ]
        assert entries[0].after["reason"] == "a ring"
        assert entries[0].about == ada

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("period_text", "2010-9"),
            ("thing_text", "https://nobody.example/"),
            ("subscriber_name", "nobody"),
            ("subscriber_name", "eve"),
            ("reason", " "),
        ],
    )
    def test_says_what_is_wrong(
        self,
        client: Client,
        ada: User,
        eve: User,
        song: Thing,
        olga: User,
        give: Give,
        field: str,
        value: str,
    ) -> None:
        give(ada, song)
        client.force_login(olga)
        sent = {"period_text": "2010-09", "thing_text": str(song.pk), "subscriber_name": "ada"}

        page = client.post(ADD, {**sent, "reason": "a ring", field: value})

        assert page.status_code == 200
        assert b"errorlist" in page.content
        assert not Exclusion.objects.exists()
