"""What creators received against what they gave, as the ledger has it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.test import Client

from accounts.models import User
from payments.earnings.balance import Balance, received_and_given
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.posting import Posting, correction, earnings_of, post, site_account, wallet_of
from payments.money import MICROS
from payments.settlement.models import Settlement
from things.models import Thing
from things.periods import Period

SEPTEMBER = Period(2010, 9)
IN_OCTOBER = datetime(2010, 10, 4, tzinfo=UTC)
Give = Callable[..., None]
Settle = Callable[..., Settlement]


def tip(giver: User, creator: User, amount: int, key: str) -> Transfer:
    """A tip with a fee of a tenth."""
    wallet, fees = wallet_of(giver, "EUR"), site_account(LedgerAccount.Kind.FEES, "EUR")
    postings = [
        Posting(
            key=f"{key}:{to.pk}",
            kind=Transfer.Kind.TIP,
            debited=wallet,
            credited=to,
            amount=part,
            about_at=IN_OCTOBER,
        )
        for to, part in ((earnings_of(creator, "EUR"), amount * 9 // 10), (fees, amount // 10))
    ]
    return post(postings, posted_at=IN_OCTOBER)[0]


class TestReceivedAndGiven:
    def test_sets_earnings_and_tips_against_each_other(
        self, ada: User, ben: User, song: Thing, give: Give, settle: Settle, pay_in: Any
    ) -> None:
        hers = Thing.objects.create(url="https://ada.example/1", owner=ada)
        give(ada, song, euros=5)
        give(ben, hers, euros=3)
        settle()
        pay_in(ada, 2)
        tip(ada, ben, 2 * MICROS, "tip")

        [euros] = received_and_given(ada)

        assert dict(euros.months) == {
            Period(2010, 10): Balance(0, 2 * MICROS),
            SEPTEMBER: Balance(2_700_000, 5 * MICROS),
        }
        assert euros.whole == Balance(2_700_000, 7 * MICROS)
        assert euros.whole.difference == -4_300_000
        assert received_and_given(ben)[0].whole == Balance(6_300_000, 3 * MICROS)

    def test_counts_nothing_that_was_corrected(self, ada: User, ben: User, pay_in: Any) -> None:
        pay_in(ada, 5)
        given = tip(ada, ben, MICROS, "tip")

        post([correction(given, key="back", about_at=IN_OCTOBER)], posted_at=IN_OCTOBER)

        assert received_and_given(ada)[0].whole == Balance(0, 100_000)
        assert received_and_given(ben) == []

    def test_counts_neither_deposits_nor_what_is_put_into_giving(
        self, ada: User, ben: User, song: Thing, give: Give, settle: Settle, pay_in: Any
    ) -> None:
        give(ada, song, euros=5)
        settle()
        pay_in(ben, 7)
        posting = Posting(
            key="regiven",
            kind=Transfer.Kind.REGIVEN,
            debited=earnings_of(ben, "EUR"),
            credited=wallet_of(ben, "EUR"),
            amount=MICROS,
            about_at=IN_OCTOBER,
        )
        post([posting], posted_at=IN_OCTOBER)

        assert received_and_given(ben)[0].whole == Balance(4_500_000, 0)

    def test_mixes_no_currencies(
        self, ada: User, eve: User, ben: User, song: Thing, give: Give, settle: Settle
    ) -> None:
        give(ada, song, euros=5)
        give(eve, song, euros=4, currency="SEK")
        settle()

        found = {one.currency: one.whole.received for one in received_and_given(ben)}

        assert found == {"EUR": 4_500_000, "SEK": 3_600_000}

    def test_is_the_creators_alone(
        self,
        client: Client,
        ben: User,
        olga: User,
        ada: User,
        song: Thing,
        give: Give,
        settle: Settle,
    ) -> None:
        give(ada, song, euros=5)
        settle()
        pages = {}
        for user in (ben, olga):
            client.force_login(user)
            pages[user] = client.get("/creators/ben/months/").content.decode()

        assert "Received and given" in pages[ben]
        assert "Earnings of ben" in pages[olga]
        assert "Received and given" not in pages[olga]

    def test_takes_two_queries(
        self, ada: User, ben: User, pay_in: Any, django_assert_num_queries: Any
    ) -> None:
        pay_in(ada, 50)
        for number in range(9):
            tip(ada, ben, MICROS, str(number))

        with django_assert_num_queries(2):
            received_and_given(ben)
