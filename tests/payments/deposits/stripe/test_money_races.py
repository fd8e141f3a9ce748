"""Money that comes in and goes out at once, by the pages: sound books, and nobody sees a 500."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from at_once import at_once
from django.conf import settings
from django.test import Client
from stripe_site import (
    Stripe,
    dispute_object,
    event_of,
    payment_intent,
    refund_object,
    signed,
)

from accounts.models import User
from payments.budgets.planning import set_budget
from payments.clicking.recording import record_click
from payments.deposits.models import Deposit, Refund, Way
from payments.deposits.paying_back import pay_back_open_refunds
from payments.ledger.models import LedgerAccount, Transfer
from payments.money import MICROS
from payments.settlement.audit import audit_ledger
from payments.settlement.running import settle_period
from things.models import Click, Thing
from things.partitions import ensure_partition
from things.periods import Period

EVENTS = "/stripe/events"
Wallet = Callable[..., tuple[int, int, int]]
Begin = Callable[..., Deposit]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def now() -> datetime:
    """The month that the pages are in."""
    moment = datetime.now(UTC)
    ensure_partition(Period.of(moment))
    return moment


def signed_in(user: User) -> Client:
    browser = Client(raise_request_exception=False, HTTP_HOST="localhost:8000")
    browser.force_login(user)
    return browser


def send(event: dict[str, Any]) -> int:
    return Client(raise_request_exception=False).post(EVENTS, **signed(event)).status_code


def ask(browser: Client, address: str, **said: str) -> int:
    return browser.post(address, said).status_code


def click(browser: Client, thing: Thing) -> Callable[[], int]:
    """Open the window of a click some seconds ago; the deed that confirms it."""
    with time_machine.travel(datetime.now(UTC) - timedelta(seconds=5)):
        page = browser.get(f"/thing/{thing.pk}?popup=2&n=x").content.decode()
    form = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    ours = {"Origin": settings.SITE_URL, "Sec-Fetch-Site": "same-origin"}
    return lambda: browser.post("/click", form, headers=ours).status_code


def arrived(deposit: Deposit, number: str) -> Deposit:
    """By card."""
    Deposit.objects.filter(pk=deposit.pk).update(external_id=number)
    amount = deposit.amount // 10_000
    assert send(event_of("payment_intent.succeeded", payment_intent(number, amount=amount))) == 200
    return deposit


def faults() -> list[str]:
    return [finding.check.name for finding in audit_ledger() if finding.count]


class TestDepositDuringTheSettlement:
    def test_arrives_and_the_month_is_settled(
        self, stripe: Stripe, ada: User, eve: User, song: Thing, begin: Begin, wallet: Wallet
    ) -> None:
        september = Period(2010, 9)
        noon = datetime(2010, 9, 9, 12, tzinfo=UTC)
        ensure_partition(september)
        for number, user in enumerate((ada, eve)):
            arrived(begin(user, 10), f"pi_{number}")
            set_budget(subscriber=user, amount=5 * MICROS, currency="EUR", at=noon)
            record_click(subscriber=user, thing=song, at=noon)
        waiting = [begin(ada, 7), begin(eve, 7), begin(ada, 3)]
        for number, deposit in enumerate(waiting):
            Deposit.objects.filter(pk=deposit.pk).update(external_id=f"pi_late_{number}")
        events = [
            event_of(
                "payment_intent.succeeded",
                payment_intent(f"pi_late_{number}", amount=deposit.amount // 10_000),
            )
            for number, deposit in enumerate(waiting)
        ]

        settling, *statuses = at_once(
            partial(settle_period, period=september, at=september.ends_at, fee_basis_points=1000),
            *(partial(send, event) for event in events),
            *(partial(send, event) for event in events),
        )

        assert not isinstance(settling, Exception), settling
        assert statuses == [200] * 6
        assert wallet(ada) == (15 * MICROS, 0, 0)
        assert wallet(eve) == (12 * MICROS, 0, 0)
        assert faults() == []


class TestClickLoweredBudgetAndWithdrawal:
    def test_at_once_by_the_pages(
        self,
        stripe: Stripe,
        ada: User,
        song: Thing,
        begin: Begin,
        wallet: Wallet,
        now: datetime,
    ) -> None:
        arrived(begin(ada, 10), "pi_1")
        set_budget(subscriber=ada, amount=10 * MICROS, currency="EUR", at=now)
        browsers = [signed_in(ada) for _ in range(3)]

        statuses = at_once(
            click(browsers[0], song),
            partial(ask, browsers[1], "/giving/budget/", amount="4", currency="EUR"),
            partial(
                ask,
                browsers[2],
                "/wallet/pay-back/",
                way="card",
                currency="EUR",
                key="once",
                amount="5",
            ),
        )

        assert all(isinstance(one, int) and one < 500 for one in statuses), statuses
        balance, held, owed = wallet(ada)
        clicked = Click.objects.in_period(Period.of(now)).filter(subscriber=ada).count()
        assert balance >= held >= 0
        assert owed == 0
        assert (held > 0) == (clicked == 1)
        assert faults() == []


class TestFirstClicks:
    def test_at_once_by_the_pages_hold_once(
        self,
        stripe: Stripe,
        ada: User,
        ben: User,
        begin: Begin,
        wallet: Wallet,
        now: datetime,
    ) -> None:
        things = [
            Thing.objects.create(url=f"https://ben.example/{number}", owner=ben)
            for number in range(4)
        ]
        arrived(begin(ada, 10), "pi_1")
        set_budget(subscriber=ada, amount=6 * MICROS, currency="EUR", at=now)

        statuses = at_once(*(click(signed_in(ada), thing) for thing in things))

        assert all(isinstance(one, int) and one < 400 for one in statuses), statuses
        assert wallet(ada) == (10 * MICROS, 6 * MICROS, 0)
        assert Click.objects.in_period(Period.of(now)).filter(subscriber=ada).count() == 4
        assert faults() == []


class TestRefundAgainstWithdrawal:
    def test_at_once_take_no_more_than_came_in(
        self, stripe: Stripe, ada: User, begin: Begin, wallet: Wallet
    ) -> None:
        deposit = arrived(begin(ada, 10), "pi_1")
        refunded = event_of("refund.created", refund_object("re_1", "pi_1", 700))
        withdrawal = {"way": "card", "currency": "EUR", "key": "once", "amount": "6"}

        statuses = at_once(
            partial(send, refunded),
            partial(ask, signed_in(ada), "/wallet/pay-back/", **withdrawal),
            partial(send, refunded),
        )

        assert all(isinstance(one, int) and one < 500 for one in statuses), statuses
        back = sum(Refund.objects.filter(deposit=deposit).values_list("amount", flat=True))
        assert back in (6 * MICROS, 7 * MICROS)
        assert wallet(ada) == (10 * MICROS - back, 0, 0)
        assert faults() == []

    def test_of_one_deposit_and_a_dispute_leave_no_money_twice(
        self, stripe: Stripe, ada: User, begin: Begin, wallet: Wallet
    ) -> None:
        arrived(begin(ada, 10), "pi_1")
        disputed = event_of("charge.dispute.funds_withdrawn", dispute_object("dp_1", "pi_1", 1000))
        withdrawal = {"way": "card", "currency": "EUR", "key": "once", "amount": "6"}

        statuses = at_once(
            partial(send, disputed),
            partial(ask, signed_in(ada), "/wallet/pay-back/", **withdrawal),
            partial(pay_back_open_refunds, at=datetime.now(UTC)),
        )

        assert all(isinstance(one, int) for one in statuses), statuses
        card = LedgerAccount.objects.get(rail=Way.CARD, currency="EUR")
        balance, _held, owed = wallet(ada)
        assert balance + card.balance == 0
        assert owed == 0
        assert Transfer.objects.filter(deposit__isnull=False).remaining().popitem()[1] >= 0
        assert faults() == []
