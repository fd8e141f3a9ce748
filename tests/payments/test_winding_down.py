"""The end of a site: nobody new, nothing new, and everything back to its owners."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from payments.budgets.holding import GivingStopped
from payments.budgets.planning import set_budget
from payments.clicking.recording import Outcome, record_click
from payments.deposits.crediting import begin_deposit, credit_deposit
from payments.deposits.models import Refund, Way
from payments.deposits.providers import offered, taking_money
from payments.deposits.winding_down import return_all_wallets
from payments.ledger.models import LedgerAccount
from payments.payouts.details import Account, enter_details
from payments.payouts.models import Payout
from payments.payouts.models import Way as PayoutWay
from payments.payouts.winding_down import request_all_payouts
from payments.settlement.audit import check_ledger
from things.models import Thing

EARLY = datetime(2010, 9, 1, 8, tzinfo=UTC)
LATER = datetime(2010, 10, 12, tzinfo=UTC)
IBAN = "DE89370400440532013000"


@pytest.fixture(autouse=True)
def _ends(settings: Settings) -> None:
    settings.MINIMUM_PAYOUT = 10_000
    settings.BANK_IBAN = "FR7630006000011234567890189"


def run(step: str) -> dict[str, Any]:
    out = StringIO()
    with time_machine.travel(LATER, tick=False):
        call_command("wind_down", step, for_machines=True, stdout=out)
    return dict(json.loads(out.getvalue()))


class TestSwitches:
    def test_let_nobody_new_in(self, client: Client, db: None, settings: Settings) -> None:
        settings.SIGN_UPS = False

        page = client.get("/sign-up/").content.decode()
        client.post(
            "/sign-up/",
            {"email": "a@example.org", "username": "ada", "password1": "correct horse battery"},
        )

        assert "Nobody new can join" in page
        assert not User.objects.exists()

    def test_offer_no_way_to_pay_in(self, client: Client, ada: User, settings: Settings) -> None:
        client.force_login(ada)
        settings.STRIPE_SECRET_KEY = "sk_test_only"
        assert len(taking_money()) == 3

        settings.DEPOSITS = False

        assert taking_money() == []
        assert "takes no money in" in client.get("/wallet/pay-in/").content.decode()
        for page in ("/wallet/pay-in/bank/", "/wallet/pay-in/card/"):
            assert client.get(page).headers["Location"] == "/wallet/pay-in/"
        # Money still goes back.
        assert len(offered()) == 3

    def test_begin_no_new_month(
        self,
        ada: User,
        song: Thing,
        pay_in: Callable[..., LedgerAccount],
        settings: Settings,
    ) -> None:
        pay_in(ada, 10)
        set_budget(subscriber=ada, amount=5_000_000, currency="EUR", at=EARLY)
        record_click(subscriber=ada, thing=song, at=EARLY)
        other = Thing.objects.create(url="https://ben.example/other", owner=song.owner)

        settings.GIVING = False

        counted = record_click(subscriber=ada, thing=other, at=EARLY + timedelta(days=1))
        assert counted.outcome is Outcome.COUNTED
        with pytest.raises(GivingStopped):
            record_click(subscriber=ada, thing=song, at=LATER)
        wallet = LedgerAccount.objects.get(owner=ada, kind="wallet")
        assert wallet.held == 5_000_000

    def test_say_it_on_every_page(self, client: Client, db: None, settings: Settings) -> None:
        settings.NOTICE = "This site closes on 31 December."

        for path in ("/", "/sign-in/", "/months/"):
            assert settings.NOTICE in client.get(path).content.decode()


class TestPayouts:
    def test_are_asked_for_to_the_cent(
        self,
        ada: User,
        ben: User,
        eve: User,
        song: Thing,
        give: Callable[..., None],
        settle: Callable[..., object],
    ) -> None:
        tune = Thing.objects.create(url="https://eve.example/tune", owner=eve)
        give(ada, song, tune, euros=5)
        settle()
        enter_details(owner=ben, way=PayoutWay.SEPA, account=Account("Ben", IBAN), at=EARLY)

        first = request_all_payouts(at=LATER)
        again = request_all_payouts(at=LATER)

        assert (first.payouts, first.staying) == (1, {"NoDetails": 1})
        assert again.payouts == 0
        assert Payout.objects.get().amount == 2_250_000
        check_ledger()

    def test_wait_until_the_month_is_released(
        self,
        ada: User,
        ben: User,
        song: Thing,
        give: Callable[..., None],
        settle: Callable[..., object],
    ) -> None:
        give(ada, song, euros=5)
        settle()

        early = request_all_payouts(at=datetime(2010, 10, 3, tzinfo=UTC))

        assert (early.payouts, early.staying) == (0, {"NotReleased": 1})


class TestRefunds:
    def test_take_back_what_is_free_by_the_way_it_came(
        self, ada: User, song: Thing, pay_in: Callable[..., LedgerAccount]
    ) -> None:
        deposit = begin_deposit(
            subscriber=ada, way=Way.BANK, amount=10_000_000, currency="EUR", key="1", at=EARLY
        )
        credit_deposit(deposit, amount=10_000_000, about_at=EARLY, at=EARLY)
        set_budget(subscriber=ada, amount=4_000_000, currency="EUR", at=EARLY)
        record_click(subscriber=ada, thing=song, at=EARLY)

        first = return_all_wallets(at=LATER)
        again = return_all_wallets(at=LATER)

        assert (first.refunds, first.staying) == (1, {"HeldForABudget": 1})
        assert again.refunds == 0
        assert Refund.objects.get().amount == 6_000_000
        check_ledger()

    def test_leave_what_came_in_otherwise(
        self, ada: User, pay_in: Callable[..., LedgerAccount]
    ) -> None:
        pay_in(ada, 5)

        assert return_all_wallets(at=LATER).staying == {"NotPaidInByThisWay": 1}


class TestCommand:
    def test_says_what_is_left(self, ada: User, pay_in: Callable[..., LedgerAccount]) -> None:
        pay_in(ada, 5)

        with pytest.raises(CommandError) as fault:
            run("status")

        assert fault.value.returncode == 1

    def test_ends_well_when_nothing_is(self, db: None) -> None:
        assert run("status")["left"] == {}
        assert run("payouts") == {"payouts": 0, "staying": {}}
        assert run("refunds") == {"refunds": 0, "staying": {}}
