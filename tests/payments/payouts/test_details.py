"""Where a creator is paid: checked, sealed, and not usable at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from pytest_django import Settings

from accounts.models import User
from accounts.sealing import CannotOpen
from payments.payouts.details import (
    Account,
    NoDetails,
    details_of,
    end_details,
    enter_details,
    read_account,
)
from payments.payouts.models import WAIT, PayoutDetails, Way
from payments.payouts.ways import DetailsRefused, WayClosed

ENTERED = datetime(2010, 10, 5, 12, tzinfo=UTC)
IBAN = "DE89370400440532013000"

OTHER = "AT611904300234573201"


class TestEnterDetails:
    def test_keeps_the_account_as_the_bank_writes_it(self, ben: User) -> None:
        account = Account("  Ben   Müller ", "de89 3704 0044 0532 0130 00")

        details = enter_details(owner=ben, way=Way.SEPA, account=account, at=ENTERED)

        assert read_account(details) == Account("Ben Müller", IBAN)
        assert details.hint == "DE89 … 3000"

    def test_is_usable_after_three_days(self, details: PayoutDetails) -> None:
        assert not details.is_usable(at=ENTERED + WAIT - timedelta(microseconds=1))
        assert details.is_usable(at=ENTERED + WAIT)

    def test_ends_what_was_there(self, ben: User, details: PayoutDetails) -> None:
        new = enter_details(owner=ben, way=Way.SEPA, account=Account("Ben", OTHER), at=ENTERED)

        details.refresh_from_db()
        assert details.ended_at == ENTERED
        assert details_of(ben) == new

    def test_keeps_the_moment_of_the_same_account(self, ben: User, details: PayoutDetails) -> None:
        again = enter_details(
            owner=ben,
            way=Way.SEPA,
            account=Account("Ben Müller", IBAN),
            at=ENTERED + timedelta(days=9),
        )

        assert again.usable_at == details.usable_at
        assert PayoutDetails.objects.count() == 1

    @pytest.mark.parametrize(
        "number",
        [
            "DE88370400440532013000",  # check digits
            "DE8937040044053201300",  # a digit short
            "",
            "x" * 5000,
            "DE89370400440532013000\x00",
            "BR1800360305000010009795493C1",  # outside the SEPA area
        ],
    )
    def test_refuses_what_is_no_account(self, ben: User, number: str) -> None:
        with pytest.raises(DetailsRefused):
            enter_details(owner=ben, way=Way.SEPA, account=Account("Ben", number), at=ENTERED)

        assert not PayoutDetails.objects.exists()

    @pytest.mark.parametrize("holder", ["", "  ", "x" * 71, "\u202e"])
    def test_refuses_what_is_no_holder(self, ben: User, holder: str) -> None:
        with pytest.raises(DetailsRefused):
            enter_details(owner=ben, way=Way.SEPA, account=Account(holder, IBAN), at=ENTERED)

    def test_refuses_a_way_that_the_site_has_not(self, ben: User, settings: Settings) -> None:
        settings.PAYOUT_WAYS = ["sepa"]

        with pytest.raises(WayClosed):
            enter_details(owner=ben, way=Way.MANUAL, account=Account("Ben", "cash"), at=ENTERED)


class TestSealing:
    def test_leaves_nothing_to_read_in_the_database(self, details: PayoutDetails) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT payments_payoutdetails::text FROM payments_payoutdetails")
            (row,) = cursor.fetchone()
            cursor.execute("SELECT sealed FROM payments_payoutdetails")
            (sealed,) = cursor.fetchone()

        for secret in (IBAN, IBAN[4:], "Müller"):
            assert secret not in row
            assert secret.encode() not in bytes(sealed)

    def test_opens_after_a_new_key_came_in_front(
        self, details: PayoutDetails, settings: Settings
    ) -> None:
        settings.SEAL_KEYS = ["new", *settings.SEAL_KEYS]

        assert read_account(details).number == IBAN

    def test_says_so_where_the_key_is_gone(
        self, details: PayoutDetails, settings: Settings
    ) -> None:
        settings.SEAL_KEYS = ["another"]

        with pytest.raises(CannotOpen, match="OBOLE_SEAL_KEYS"):
            read_account(details)

    def test_finds_two_creators_with_one_account(self, details: PayoutDetails, eve: User) -> None:
        twin = enter_details(owner=eve, way=Way.SEPA, account=Account("Eve", IBAN), at=ENTERED)

        details.refresh_from_db()
        twin.refresh_from_db()
        assert bytes(twin.fingerprint) == bytes(details.fingerprint)
        assert bytes(twin.sealed) != bytes(details.sealed)


class TestEndDetails:
    def test_forgets_the_account(self, ben: User, details: PayoutDetails) -> None:
        end_details(owner=ben, at=ENTERED)

        details.refresh_from_db()
        assert bytes(details.sealed) == b""
        with pytest.raises(NoDetails):
            details_of(ben)
