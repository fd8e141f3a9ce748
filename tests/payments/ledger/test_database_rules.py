"""What PostgreSQL refuses by itself, however the statement came to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.posting import earnings_of, hold, outside, wallet_of
from things.models import Thing
from things.partitions import ensure_partition
from things.periods import Period

PayIn = Callable[..., LedgerAccount]
NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)

INSERT = (
    "INSERT INTO payments_transfer"
    " (debited_id, credited_id, amount, released, currency, kind, key, about_at, posted_at)"
    " VALUES (%(debited)s, %(credited)s, %(amount)s, 0, %(currency)s, 'tip', %(key)s, now(), now())"
)


def refuse(statement: str, parameters: object = None, *, match: str) -> None:
    """The database refuses a statement, and all balances stay as they are."""
    before = list(LedgerAccount.objects.order_by("pk").values_list("pk", "balance", "held"))
    with connection.cursor() as cursor:
        # PostgreSQL truncates nothing while deferred checks wait.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match=match), transaction.atomic():
            cursor.execute(statement, parameters)
    after = list(LedgerAccount.objects.order_by("pk").values_list("pk", "balance", "held"))
    assert after == before


@pytest.fixture
def tip(ada: User, ben: User, pay_in: PayIn) -> dict[str, object]:
    """The values of a transfer that would be accepted."""
    wallet = pay_in(ada, 5)
    return {
        "debited": wallet.pk,
        "credited": earnings_of(ben, "EUR").pk,
        "amount": 1_000_000,
        "currency": "EUR",
        "key": "raw:1",
    }


class TestTransferTable:
    def test_takes_a_sound_row(self, tip: dict[str, object]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(INSERT, tip)

        assert Transfer.objects.get(key="raw:1").amount == 1_000_000
        assert LedgerAccount.objects.get(pk=tip["credited"]).balance == 1_000_000

    @pytest.mark.parametrize("amount", [0, -1, -(2**63)])
    def test_refuses_an_amount_of_zero_and_below(self, tip: dict[str, object], amount: int) -> None:
        refuse(INSERT, tip | {"amount": amount}, match="transfer_amount_above_zero")

    def test_refuses_the_same_account_on_both_sides(self, tip: dict[str, object]) -> None:
        refuse(INSERT, tip | {"credited": tip["debited"]}, match="transfer_between_two_accounts")

    def test_refuses_accounts_of_two_currencies(self, tip: dict[str, object], ben: User) -> None:
        dollars = earnings_of(ben, "USD").pk

        refuse(INSERT, tip | {"credited": dollars}, match="another currency")

    def test_refuses_a_currency_that_neither_account_has(self, tip: dict[str, object]) -> None:
        refuse(INSERT, tip | {"currency": "USD"}, match="another currency")

    def test_refuses_an_account_that_is_not_there(self, tip: dict[str, object]) -> None:
        refuse(INSERT, tip | {"credited": 2**40}, match="not there")

    def test_refuses_a_used_key(self, tip: dict[str, object]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(INSERT, tip)

        refuse(INSERT, tip | {"amount": 2}, match="transfer_key_once")

    def test_refuses_a_wallet_below_zero(self, tip: dict[str, object]) -> None:
        refuse(INSERT, tip | {"amount": 5_000_001}, match="covers_what_is_held")

    def test_refuses_to_spend_what_is_held(self, tip: dict[str, object], ada: User) -> None:
        hold(wallet_of(ada, "EUR"), 4_500_000)

        refuse(INSERT, tip, match="covers_what_is_held")

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE payments_transfer SET amount = 1",
            "UPDATE payments_transfer SET key = 'other'",
            "DELETE FROM payments_transfer",
            "TRUNCATE payments_transfer",
            "TRUNCATE payments_transfer CASCADE",
        ],
    )
    def test_refuses_to_change_or_lose_a_row(self, tip: dict[str, object], statement: str) -> None:
        # Tables that refer to it make PostgreSQL refuse a plain TRUNCATE before any trigger.
        refuse(statement, match=r"refused: transfers are kept|referenced in a foreign key")

    @pytest.mark.parametrize(
        ("change", "match"),
        [
            ({"amount": 5_000_001}, "corrected_at_most_whole"),
            ({"swapped": True}, "does not go back the way|owes_what_is_missing"),
            ({"kind": "tip"}, "correction_names_its_original"),
            ({"mirrors": None}, "correction_names_its_original"),
            ({"mirrors": 2**40}, "does not go back the way"),
        ],
    )
    @pytest.mark.parametrize("kind", ["mirror", "chargeback"])
    def test_refuses_a_correction_that_is_none(
        self,
        ada: User,
        pay_in: PayIn,
        tip: dict[str, object],
        change: dict[str, object],
        match: str,
        kind: str,
    ) -> None:
        deposit = Transfer.objects.get()
        pay_in(ada, 5)
        values = {"kind": kind, "amount": 1, "mirrors": deposit.pk, "swapped": False} | change
        sides = [deposit.credited_id, deposit.debited_id]
        debited, credited = reversed(sides) if values["swapped"] else sides
        insert = (
            "INSERT INTO payments_transfer (debited_id, credited_id, amount, released, currency,"
            " kind, key, mirrors_id, about_at, posted_at) VALUES (%(debited)s, %(credited)s,"
            " %(amount)s, 0, 'EUR', %(kind)s, 'raw:2', %(mirrors)s, now(), now())"
        )

        refuse(insert, values | {"debited": debited, "credited": credited}, match=match)

    def test_refuses_a_debt_of_earnings(self, tip: dict[str, object]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(INSERT, tip)
            cursor.execute(
                INSERT.replace("tip", "regiven"),
                tip | {"debited": tip["credited"], "credited": tip["debited"], "key": "raw:0"},
            )
        given = Transfer.objects.get(key="raw:1")

        refuse(
            "INSERT INTO payments_transfer (debited_id, credited_id, amount, released, currency,"
            " kind, key, mirrors_id, about_at, posted_at) VALUES (%s, %s, 1, 0, 'EUR',"
            " 'chargeback', 'raw:2', %s, now(), now())",
            [given.credited_id, given.debited_id, given.pk],
            match="owes_what_is_missing",
        )

    def test_is_not_talked_out_of_it_by_a_session_setting(self, tip: dict[str, object]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT string_agg(tgname, ',') FROM pg_trigger"
                " WHERE tgrelid = 'payments_transfer'::regclass AND NOT tgisinternal"
            )
            [names] = cursor.fetchone()
            cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", [f"{{{names}}}"])

        refuse("DELETE FROM payments_transfer", match="refused: transfers are kept")


class TestAccountTable:
    @pytest.mark.parametrize(
        ("statement", "match"),
        [
            ("UPDATE payments_ledgeraccount SET balance = balance + 1", "only a transfer"),
            ("UPDATE payments_ledgeraccount SET currency = 'USD'", "only transfers and holds"),
            ("UPDATE payments_ledgeraccount SET owner_id = NULL", "owner_fits_kind"),
            (
                "UPDATE payments_ledgeraccount SET owner_id = owner_id + 1 WHERE kind = 'wallet'",
                "only transfers and holds",
            ),
            ("UPDATE payments_ledgeraccount SET held = balance + 1", "refused|covers|hold"),
            ("UPDATE payments_ledgeraccount SET held = -1", "covers|hold"),
            ("UPDATE payments_ledgeraccount SET owed = 1", "owes_what_is_missing|covers"),
            (
                (
                    "UPDATE payments_ledgeraccount SET held = balance + 1, owed = 1"
                    " WHERE kind = 'wallet'"
                ),
                "makes a debt",
            ),
            ("DELETE FROM payments_ledgeraccount", "are kept"),
            ("TRUNCATE payments_ledgeraccount CASCADE", "are kept"),
        ],
    )
    def test_is_only_moved_by_transfers_and_holds(
        self, tip: dict[str, object], statement: str, match: str
    ) -> None:
        refuse(statement, match=match)

    def test_refuses_an_account_that_opens_with_money(self, ada: User) -> None:
        refuse(
            "INSERT INTO payments_ledgeraccount (owner_id, kind, currency, rail, balance, held)"
            " VALUES (%s, 'wallet', 'EUR', '', 100, 0)",
            [ada.pk],
            match="opens empty",
        )

    def test_refuses_what_is_no_currency(self, ada: User) -> None:
        refuse(
            "INSERT INTO payments_ledgeraccount (owner_id, kind, currency, rail, balance, held)"
            " VALUES (%s, 'wallet', 'eur', '', 0, 0)",
            [ada.pk],
            match="three capital letters",
        )

    def test_refuses_a_second_account_of_the_same_kind(self, db: None) -> None:
        outside("card", "EUR")

        refuse(
            "INSERT INTO payments_ledgeraccount (owner_id, kind, currency, rail, balance, held)"
            " VALUES (NULL, 'outside', 'EUR', 'card', 0, 0)",
            match="ledger_account_once",
        )


class TestClickTable:
    def test_refuses_a_second_click_of_the_same_three(self, ada: User, song: Thing) -> None:
        ensure_partition(Period(2010, 9))
        insert = "INSERT INTO things_click VALUES ('2010-09-01', %s, %s, %s)"
        with connection.cursor() as cursor:
            cursor.execute(insert, [ada.pk, song.pk, NOON])

        refuse(insert, [ada.pk, song.pk, NOON], match="duplicate key")

    def test_keeps_a_thing_that_was_clicked(self, ada: User, song: Thing) -> None:
        ensure_partition(Period(2010, 9))
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO things_click VALUES ('2010-09-01', %s, %s, %s)",
                [ada.pk, song.pk, NOON],
            )

        refuse("DELETE FROM things_thing WHERE id = %s", [song.pk], match="has clicks")
