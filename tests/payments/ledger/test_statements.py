"""Statements of an account: balances at instants, running totals, pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.posting import (
    Posting,
    earnings_of,
    mirror,
    outside,
    post,
    site_account,
    wallet_of,
)
from payments.ledger.statements import (
    NoStatement,
    Place,
    Wanted,
    accounts_of,
    all_lines,
    balance_at,
    balances_at,
    statement_page,
    turnover,
)
from payments.money import MICROS

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
Kind = Transfer.Kind


def move(
    debited: LedgerAccount,
    credited: LedgerAccount,
    euros: int,
    *,
    at: datetime = NOON,
    kind: Transfer.Kind = Kind.DEPOSIT,
) -> Transfer:
    key = f"test:{Transfer.objects.count()}"
    posting = Posting(
        key=key, kind=kind, debited=debited, credited=credited, amount=euros * MICROS, about_at=at
    )
    return post([posting], posted_at=at)[0]


@pytest.fixture
def wallet(ada: User) -> LedgerAccount:
    return wallet_of(ada, "EUR")


@pytest.fixture
def bank(db: None) -> LedgerAccount:
    return outside("test", "EUR")


@pytest.fixture
def month(wallet: LedgerAccount, bank: LedgerAccount, ben: User) -> list[Transfer]:
    """In 10, tip 1, tip 2, in 5: a minute apart, and the last two at once."""
    earnings = earnings_of(ben, "EUR")
    return [
        move(bank, wallet, 10),
        move(wallet, earnings, 1, at=NOON + MINUTE, kind=Kind.TIP),
        move(wallet, earnings, 2, at=NOON + 2 * MINUTE, kind=Kind.TIP),
        move(bank, wallet, 5, at=NOON + 2 * MINUTE),
    ]


def told(wanted: Wanted, size: int = 50) -> list[tuple[int, int]]:
    """All amounts and totals in euros, latest first, from pages of a size."""
    page = statement_page(wanted, size=size)
    lines = list(page.lines)
    while page.after is not None:
        page = statement_page(wanted, after=page.after, size=size)
        lines += page.lines
    return [(line.amount // MICROS, line.total // MICROS) for line in lines]


class TestStatementPage:
    @pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
    def test_tells_the_balance_after_each(
        self, wallet: LedgerAccount, month: list[Transfer], size: int
    ) -> None:
        assert told(Wanted(wallet), size) == [(5, 12), (-2, 7), (-1, 9), (10, 10)]

    @pytest.mark.parametrize("size", [1, 2])
    def test_tells_the_total_of_a_kind(
        self, wallet: LedgerAccount, month: list[Transfer], size: int
    ) -> None:
        assert told(Wanted(wallet, kind=Kind.TIP), size) == [(-2, -3), (-1, -1)]

    @pytest.mark.parametrize("size", [1, 2, 5])
    def test_begins_a_time_with_what_was_there(
        self, wallet: LedgerAccount, month: list[Transfer], size: int
    ) -> None:
        minute = Wanted(wallet, starts_at=NOON + MINUTE, ends_at=NOON + 2 * MINUTE)

        assert told(minute, size) == [(-1, 9)]
        assert told(Wanted(wallet, ends_at=NOON + 2 * MINUTE), size) == [(-1, 9), (10, 10)]

    def test_tells_the_site_s_own(self, bank: LedgerAccount, month: list[Transfer]) -> None:
        assert told(Wanted(bank), 1) == [(-5, -15), (-10, -10)]

    def test_is_one_query(
        self,
        wallet: LedgerAccount,
        month: list[Transfer],
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        with django_assert_num_queries(1):
            page = statement_page(Wanted(wallet, ends_at=NOON + MINUTE))
            assert [line.transfer.debited.owner for line in page.lines] == [None]

    def test_shows_nothing_of_an_empty_account(self, wallet: LedgerAccount) -> None:
        page = statement_page(Wanted(wallet))

        assert (page.lines, page.after) == ([], None)

    def test_has_none_between_givers_and_creators(self, db: None) -> None:
        settling = site_account(LedgerAccount.Kind.SETTLING, "EUR")

        with pytest.raises(NoStatement):
            statement_page(Wanted(settling))


class TestPlace:
    def test_is_read_as_it_is_written(self) -> None:
        place = Place(datetime(2010, 9, 9, 12, 0, 0, 123456, UTC), 17)

        assert Place.parse(str(place)) == place

    @pytest.mark.parametrize("text", ["", "7", "7_", "_7", "a_7", "9" * 18 + "_1", "1_-1", "²_1"])
    def test_is_nothing_else(self, text: str) -> None:
        assert Place.parse(text) is None


class TestBalanceAt:
    def test_has_what_was_posted_just_then(
        self, wallet: LedgerAccount, month: list[Transfer]
    ) -> None:
        instants = [NOON - MINUTE, NOON, NOON + MINUTE, NOON + 2 * MINUTE]

        assert [balance_at(wallet, at) // MICROS for at in instants] == [0, 10, 9, 12]

    def test_knows_corrections(self, wallet: LedgerAccount, month: list[Transfer]) -> None:
        mirror(month[3], key="back", about_at=NOON, posted_at=NOON + 3 * MINUTE)

        assert balance_at(wallet, NOON + 3 * MINUTE) == 7 * MICROS

    def test_asks_twice_for_all_accounts_of_somebody(
        self,
        ada: User,
        ben: User,
        month: list[Transfer],
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        with django_assert_num_queries(2):
            both = balances_at(accounts_of([ada.pk, ben.pk]), NOON + MINUTE)

        assert {(one.kind, balance // MICROS) for one, balance in both} == {
            ("wallet", 9),
            ("earnings", 1),
        }

    def test_knows_the_site_s_own(self, month: list[Transfer]) -> None:
        own = balances_at(accounts_of(None), NOON)

        assert [(one.kind, balance // MICROS) for one, balance in own] == [("outside", -10)]

    @settings(
        max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(
        moves=st.lists(st.tuples(st.booleans(), st.integers(1, 9), st.integers(0, 5)), max_size=12),
        size=st.integers(1, 5),
    )
    def test_is_the_sum_of_all_that_was_posted_until_then(
        self,
        wallet: LedgerAccount,
        bank: LedgerAccount,
        ben: User,
        moves: list[tuple[bool, int, int]],
        size: int,
    ) -> None:
        """Whatever order they were posted in; and each line's total is the balance after it."""
        with transaction.atomic():
            earnings = earnings_of(ben, "EUR")
            move(bank, wallet, 1000, at=NOON - MINUTE)
            for comes, euros, minutes in moves:
                at = NOON + minutes * MINUTE
                if comes:
                    move(bank, wallet, euros, at=at)
                else:
                    move(wallet, earnings, euros, at=at, kind=Kind.TIP)

            for minutes in range(-2, 7):
                at = NOON + minutes * MINUTE
                until = Transfer.objects.filter(posted_at__lte=at)
                came = sum(one.amount for one in until if one.credited_id == wallet.pk)
                went = sum(one.amount for one in until if one.debited_id == wallet.pk)
                assert balance_at(wallet, at) == came - went
            lines = told(Wanted(wallet), size)
            totals = [total for _amount, total in lines]
            assert [a for a, _total in lines] == [
                now - before for now, before in zip(totals, [*totals[1:], 0], strict=True)
            ]
            assert totals[0] == balance_at(wallet, NOON + 6 * MINUTE) // MICROS
            transaction.set_rollback(True)


class TestTurnover:
    def test_adds_up_each_kind(self, wallet: LedgerAccount, month: list[Transfer]) -> None:
        sums = turnover(Wanted(wallet, starts_at=NOON, ends_at=NOON + 2 * MINUTE))

        found = [(one.kind, one.count, one.came_in, one.went_out) for one in sums]
        assert found == [("deposit", 1, 10 * MICROS, 0), ("tip", 1, 0, MICROS)]


class TestAllLines:
    def test_goes_over_all_pages(
        self, wallet: LedgerAccount, month: list[Transfer], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("payments.ledger.statements._EXPORTED_AT_ONCE", 1)

        assert [line.total // MICROS for line in all_lines(Wanted(wallet))] == [12, 7, 9, 10]
