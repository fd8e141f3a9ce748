"""Statements of accounts with millions of transfers: by which indexes PostgreSQL reads them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.posting import Posting, outside, post, wallet_of
from payments.ledger.statements import (
    Place,
    Wanted,
    accounts_of,
    all_lines,
    balances_at,
    statement_page,
    turnover,
)

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
DEPOSITS = 20
# What a table of twenty rows would be read by, and one of a million not.
WAYS = ("seqscan", "bitmapscan", "hashjoin", "mergejoin")


@pytest.fixture
def bank(ada: User) -> LedgerAccount:
    """The world outside, from which a sum came every minute; another gave ten times as many."""
    bank, wallet = outside("test", "EUR"), wallet_of(ada, "EUR")
    other, its_wallet = outside("other", "EUR"), wallet_of(User.objects.create_user("otto"), "EUR")
    post(
        [
            Posting(f"other:{n}", Transfer.Kind.DEPOSIT, other, its_wallet, 1, NOON)
            for n in range(10 * DEPOSITS)
        ],
        posted_at=NOON,
    )
    for number in range(DEPOSITS):
        at = NOON + number * timedelta(minutes=1)
        posting = Posting(
            key=f"test:{number}",
            kind=Transfer.Kind.DEPOSIT,
            debited=bank,
            credited=wallet,
            amount=5_140_001,
            about_at=at,
        )
        post([posting], posted_at=at)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE payments_transfer")
        # For twenty rows any index does; of a million these would read all of a kind, of a day, or
        # of an account whatever the moment.
        cursor.execute("DROP INDEX transfer_by_kind, transfer_by_moment, transfer_by_debited")
    bank.refresh_from_db()
    return bank


def plans(ask: Callable[[], object]) -> str:
    """How PostgreSQL answers what is asked, where it must not read the whole table."""
    with CaptureQueriesContext(connection) as captured:
        ask()
    with connection.cursor() as cursor:
        for way in WAYS:
            cursor.execute(f"SET LOCAL enable_{way} = off")
        told = []
        for query in captured:
            cursor.execute(f"EXPLAIN (VERBOSE, COSTS off) {query['sql']}")
            told += [line for (line,) in cursor.fetchall()]
        for way in WAYS:
            cursor.execute(f"RESET enable_{way}")
    return "\n".join(told)


def reads_in_time(text: str) -> None:
    """Both sides by their indexes, from a moment on, without a look at the rows."""
    for name in ("transfer_out_in_time", "transfer_in_in_time"):
        assert re.search(rf"Index Only Scan (Backward )?using {name}", text), text
    assert "Seq Scan on public.payments_transfer" not in text, text


class TestStatementPage:
    @pytest.mark.parametrize("after", [None, Place(NOON + timedelta(minutes=9), 10**9)])
    def test_takes_each_side_from_the_end_of_its_index(
        self, bank: LedgerAccount, after: Place | None
    ) -> None:
        text = plans(lambda: statement_page(Wanted(bank), after=after, size=3))

        reads_in_time(text)
        backward = re.findall(r"Index Only Scan Backward", text)
        assert len(backward) == 2, text

    def test_adds_up_a_kind_in_the_indexes(self, bank: LedgerAccount) -> None:
        wanted = Wanted(bank, kind=Transfer.Kind.DEPOSIT, ends_at=NOON + timedelta(minutes=9))

        reads_in_time(plans(lambda: statement_page(wanted, size=3)))


class TestBalancesAt:
    def test_are_added_up_in_the_indexes(self, bank: LedgerAccount) -> None:
        at = NOON + timedelta(minutes=9)

        text = plans(lambda: balances_at(accounts_of(None), at))

        for name in ("transfer_out_in_time", "transfer_in_in_time"):
            assert re.search(rf"Index Only Scan using {name}", text), text


class TestTurnover:
    def test_is_added_up_in_the_indexes(self, bank: LedgerAccount) -> None:
        reads_in_time(plans(lambda: turnover(Wanted(bank, starts_at=NOON))))


class TestAllLines:
    def test_add_nothing_up_that_is_known(
        self, bank: LedgerAccount, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("payments.ledger.statements._EXPORTED_AT_ONCE", 7)
        wanted = Wanted(bank, ends_at=NOON + timedelta(minutes=15))

        with CaptureQueriesContext(connection) as captured:
            lines = list(all_lines(wanted))

        assert [line.total // -5_140_001 for line in lines] == list(range(15, 0, -1))
        assert ["SUM" in query["sql"] for query in captured] == [True, False, False]
