"""A subscriber's months and years add up, whatever moved, and to what the ledger says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from payments.budgets.planning import set_budget
from payments.clicking.recording import record_click
from payments.giving.months import MonthLine, month_of, months_of, year_of
from payments.giving.statements import NothingGiven, State
from payments.giving.wallets import Line, WalletStatement, wallet_statements, wallets_of
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.posting import (
    Posting,
    correction,
    earnings_of,
    outside,
    post,
    site_account,
    wallet_of,
)
from payments.money import MICROS
from payments.settlement.models import Settlement
from payments.settlement.running import settle_period
from things.models import Thing
from things.periods import Period

SEPTEMBER = Period(2010, 9)
OCTOBER = Period(2010, 10)
NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
LATER = datetime(2011, 3, 1, tzinfo=UTC)
Give = Callable[..., None]
Settle = Callable[..., Settlement]


def moved(
    kind: Transfer.Kind,
    debited: LedgerAccount,
    credited: LedgerAccount,
    amount: int,
    at: datetime = NOON,
) -> Transfer:
    key = f"test:{Transfer.objects.count()}"
    posting = Posting(
        key=key, kind=kind, debited=debited, credited=credited, amount=amount, about_at=at
    )
    return post([posting], posted_at=LATER)[0]


def deposit(user: User, amount: int, at: datetime = NOON, currency: str = "EUR") -> Transfer:
    source = outside("test", currency)
    return moved(Transfer.Kind.DEPOSIT, source, wallet_of(user, currency), amount, at)


def euros(user: User, first: Period = SEPTEMBER, last: Period | None = None) -> WalletStatement:
    [statement] = wallet_statements(wallets_of(user), first=first, last=last or first)
    return statement


class TestWalletStatements:
    def test_name_each_way_in_and_out(self, ada: User, ben: User) -> None:
        paid = deposit(ada, 9 * MICROS)
        other = deposit(ada, 4 * MICROS)
        wallet, fees = wallet_of(ada, "EUR"), site_account(LedgerAccount.Kind.FEES, "EUR")
        moved(Transfer.Kind.TIP, wallet, earnings_of(ben, "EUR"), 900_000)
        moved(Transfer.Kind.TIP, wallet, fees, 100_000)
        moved(Transfer.Kind.REGIVEN, earnings_of(ben, "EUR"), wallet_of(ben, "EUR"), 500_000)
        post(
            [
                correction(paid, key="refund", about_at=NOON, amount=2 * MICROS),
                correction(
                    other, key="taken", about_at=NOON, kind=Transfer.Kind.CHARGEBACK, amount=MICROS
                ),
            ],
            posted_at=NOON,
        )
        taken = Transfer.objects.get(key="taken")
        post([correction(taken, key="won", about_at=NOON, amount=300_000)], posted_at=NOON)

        assert euros(ada).lines == {
            Line.DEPOSIT: 13 * MICROS,
            Line.TIPS: -MICROS,
            Line.REFUND: -2 * MICROS,
            Line.TAKEN_BACK: -700_000,
        }
        assert euros(ben).lines == {Line.REGIVEN: 500_000}
        assert euros(ada).closing == LedgerAccount.objects.get(pk=wallet.pk).balance

    def test_count_what_a_month_end_moved_to_the_month_that_ended(
        self, ada: User, song: Thing, give: Give, settle: Settle
    ) -> None:
        give(ada, song, euros=5)
        settle()

        september, october = (
            euros(ada),
            wallet_statements(wallets_of(ada), first=OCTOBER, last=OCTOBER),
        )

        assert september.lines == {Line.DEPOSIT: 5 * MICROS, Line.CLICKS: -5 * MICROS}
        assert (september.opening, september.closing, october) == (0, 0, [])

    def test_count_a_deposit_of_midnight_to_the_month_that_begins(self, ada: User) -> None:
        deposit(ada, 1, SEPTEMBER.starts_at)
        deposit(ada, 2, SEPTEMBER.ends_at - timedelta(microseconds=1))
        deposit(ada, 4, SEPTEMBER.ends_at)

        assert (euros(ada).lines[Line.DEPOSIT], euros(ada).closing) == (3, 3)
        assert (euros(ada, OCTOBER).opening, euros(ada, OCTOBER).lines) == (3, {Line.DEPOSIT: 4})

    def test_keep_months_of_the_sites_zone(self, ada: User, settings: Any) -> None:
        settings.TIME_ZONE = "Europe/Paris"
        deposit(ada, 1, datetime(2010, 8, 31, 22, tzinfo=UTC))

        assert euros(ada, Period(2010, 9)).lines == {Line.DEPOSIT: 1}
        assert [line.period for line in months_of(ada)] == [Period(2010, 9)]

    def test_mix_no_currencies(self, ada: User) -> None:
        deposit(ada, 1)
        deposit(ada, 2, currency="SEK")

        statements = wallet_statements(wallets_of(ada), first=SEPTEMBER, last=SEPTEMBER)

        assert [(one.currency, one.closing) for one in statements] == [("EUR", 1), ("SEK", 2)]


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["deposit", "tip", "regiven", "refund", "chargeback"]),
        st.integers(1, 5 * MICROS),
        st.integers(0, 5),
        st.sampled_from([timedelta(0), timedelta(days=9), timedelta(microseconds=-1)]),
        st.sampled_from(["EUR", "SEK"]),
    ),
    max_size=14,
)


@pytest.mark.django_db
class TestAnyMonth:
    @settings(max_examples=40)
    @given(moves=MOVES, budget=st.integers(200, 900), clicks=st.integers(0, 3))
    def test_adds_up_to_the_micro_and_to_the_ledger(
        self, moves: list[tuple[str, int, int, timedelta, str]], budget: int, clicks: int
    ) -> None:
        with transaction.atomic():
            ada = User.objects.create_user("ada")
            ben = User.objects.create_user("ben")
            play(ada, ben, moves)
            click_and_settle(ada, ben, budget * 10_000, clicks)

            lines = months_of(ada)

            for wallet in wallets_of(ada):
                check(ada, wallet, [one for one in lines if one.wallet.currency == wallet.currency])
            transaction.set_rollback(True)


def play(ada: User, ben: User, moves: list[tuple[str, int, int, timedelta, str]]) -> None:
    """Do what can be done of the moves, some months after the first of January 2010."""
    for kind, amount, months, offset, currency in moves:
        at = Period(2010, 6 + months).starts_at + offset
        wallet = wallet_of(ada, currency)
        deposits = Transfer.objects.filter(kind="deposit", credited=wallet)
        left = deposits.remaining()
        paid = deposits.filter(pk__in=[number for number in left if left[number] >= amount])
        if kind == "deposit":
            deposit(ada, amount, at, currency)
        elif kind == "tip" and wallet.free >= amount:
            moved(Transfer.Kind.TIP, wallet, earnings_of(ben, currency), amount, at)
        elif kind == "regiven":
            earned = earnings_of(ada, currency)
            moved(Transfer.Kind.EARNING, outside("test", currency), earned, amount, at)
            moved(Transfer.Kind.REGIVEN, earned, wallet, amount, at)
        elif kind == "chargeback" and (original := paid.first()):
            back(original, Transfer.Kind.CHARGEBACK, amount, at)
        elif kind == "refund" and (original := paid.first()) and wallet.free >= amount:
            back(original, Transfer.Kind.MIRROR, amount, at)


def back(original: Transfer, kind: Transfer.Kind, amount: int, at: datetime) -> None:
    key = f"test:{Transfer.objects.count()}"
    posting = correction(original, key=key, about_at=at, kind=kind, amount=amount)
    post([posting], posted_at=LATER)


def click_and_settle(ada: User, ben: User, budget: int, clicks: int) -> None:
    deposit(ada, budget + 5 * MICROS)
    set_budget(subscriber=ada, amount=budget, currency="EUR", at=NOON)
    for number in range(clicks):
        thing = Thing.objects.create(url=f"https://ben.example/{number}", owner=ben)
        if wallet_of(ada, "EUR").free >= budget or number:
            record_click(subscriber=ada, thing=thing, at=NOON)
    settle_period(period=SEPTEMBER, at=LATER, fee_basis_points=1000)


def check(ada: User, wallet: LedgerAccount, lines: list[MonthLine]) -> None:
    """Each month begins where the one before ended, and the last ends with the balance."""
    opening = 0
    for line in reversed(lines):
        page = month_of(subscriber=ada, period=line.period, at=LATER)
        [same] = [one for one in page.wallets if one.currency == wallet.currency]
        assert same == line.wallet
        assert same.opening == opening
        assert same.opening + same.came_in - same.went_out == same.closing
        listed = sum(one.moved for one in page.movements if one.currency == wallet.currency)
        clicked = same.lines.get(Line.CLICKS, 0)
        assert same.opening + listed + clicked == same.closing
        if page.giving and page.giving.budget.currency == wallet.currency:
            assert page.giving.given == -clicked
            assert page.giving.given + page.giving.remainder == page.giving.budget.amount
        opening = same.closing
    assert opening == LedgerAccount.objects.get(pk=wallet.pk).balance
    if lines:
        years = {line.period.year for line in lines}
        [whole] = [
            one
            for year in sorted(years)[-1:]
            for one in year_of(subscriber=ada, year=year).wallets
            if one.currency == wallet.currency
        ]
        assert whole.closing == opening


class TestMonthOf:
    def test_is_there_without_a_budget(self, ada: User) -> None:
        deposit(ada, 7)

        month = month_of(subscriber=ada, period=SEPTEMBER, at=LATER)

        assert (month.giving, month.state, month.wallets[0].closing) == (None, State.SETTLED, 7)

    def test_is_there_while_money_lies(self, ada: User) -> None:
        deposit(ada, 7)

        assert month_of(subscriber=ada, period=Period(2011, 1), at=LATER).wallets[0].opening == 7

    @pytest.mark.parametrize("period", [Period(2010, 8), Period(2011, 4)])
    def test_refuses_months_before_any_money_and_after_this_one(
        self, ada: User, period: Period
    ) -> None:
        deposit(ada, 7)

        with pytest.raises(NothingGiven):
            month_of(subscriber=ada, period=period, at=LATER)

    def test_shows_nobody_elses_money(self, ada: User, eve: User) -> None:
        deposit(ada, 7)
        deposit(eve, 9)

        month = month_of(subscriber=ada, period=SEPTEMBER, at=LATER)

        assert [one.moved for one in month.movements] == [7]
        assert month.wallets[0].closing == 7

    def test_takes_as_many_queries_for_many_movements(
        self, ada: User, song: Thing, give: Give, settle: Settle, django_assert_num_queries: Any
    ) -> None:
        give(ada, song)
        for number in range(20):
            deposit(ada, number + 1)
        settle()

        with django_assert_num_queries(6):
            month_of(subscriber=ada, period=SEPTEMBER, at=LATER)
        with django_assert_num_queries(3):
            months_of(ada)
        with django_assert_num_queries(3):
            year_of(subscriber=ada, year=2010)


class TestYearOf:
    def test_adds_its_months_up(self, ada: User) -> None:
        deposit(ada, 1, datetime(2009, 12, 31, tzinfo=UTC))
        deposit(ada, 2, datetime(2010, 1, 1, tzinfo=UTC))
        deposit(ada, 4, datetime(2010, 12, 31, tzinfo=UTC))
        deposit(ada, 8, datetime(2011, 1, 1, tzinfo=UTC))

        year = year_of(subscriber=ada, year=2010)

        assert [str(line.period) for line in year.months] == ["2010-01", "2010-12"]
        [wallet] = year.wallets
        assert (wallet.opening, wallet.lines, wallet.closing) == (1, {Line.DEPOSIT: 6}, 7)

    def test_refuses_a_year_in_which_nothing_moved(self, ada: User) -> None:
        deposit(ada, 1)

        with pytest.raises(NothingGiven):
            year_of(subscriber=ada, year=2011)
