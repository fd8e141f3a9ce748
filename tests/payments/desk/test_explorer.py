"""The ledger explorer: what it shows, where its links lead, and its file."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import StaffEntry, User
from payments.budgets.models import Budget
from payments.desk.causes import causes_of, find_cause, transfers_of
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.posting import Posting, outside, post, wallet_of
from payments.money import MICROS
from payments.settlement.corrections.deciding import (
    Wanted,
    approve_correction,
    propose_correction,
)
from payments.settlement.models import Settlement
from things.models import Click, Thing

Give = Callable[..., None]
Settle = Callable[..., Settlement]
NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)


@pytest.fixture
def desk(olga: User) -> Client:
    browser = Client()
    browser.force_login(olga)
    return browser


@pytest.fixture
def settled(ada: User, song: Thing, give: Give, settle: Settle) -> Settlement:
    give(ada, song)
    return settle()


def statement_of(account: LedgerAccount) -> str:
    return f"/admin/ledger/accounts/{account.pk}/"


class TestAccounts:
    def test_shows_somebody_s_at_an_instant(
        self, desk: Client, ada: User, settled: Settlement
    ) -> None:
        before = desk.get("/admin/ledger/?owner=ADA&at=2000-01-01T00:00")
        now = desk.get("/admin/ledger/?owner=ada")

        [(wallet, then)] = before.context["balances"]
        [(_same, later)] = now.context["balances"]
        assert (then, later) == (0, wallet.balance)
        assert statement_of(wallet) in now.content.decode()

    def test_shows_the_site_s_own(self, desk: Client, settled: Settlement) -> None:
        shown = desk.get("/admin/ledger/")

        kinds = {account.kind for account, _balance in shown.context["balances"]}
        assert kinds == {"fees", "settling", "outside"}

    def test_knows_nobody_of_another_name(self, desk: Client) -> None:
        shown = desk.get("/admin/ledger/?owner=nobody")

        assert "There is no such user." in shown.content.decode()
        assert shown.context["balances"] == []


class TestStatement:
    def test_links_each_transfer(self, desk: Client, ada: User, settled: Settlement) -> None:
        wallet = wallet_of(ada, "EUR")

        text = desk.get(statement_of(wallet)).content.decode()

        for transfer in Transfer.objects.of_account(wallet):
            assert f"/admin/ledger/transfers/{transfer.pk}/" in text

    def test_adds_up_a_time(self, desk: Client, ada: User, settled: Settlement) -> None:
        address = statement_of(wallet_of(ada, "EUR"))

        shown = desk.get(f"{address}?first=2000-01-01&last=2040-01-01").context

        assert shown["opening"] == 0
        assert shown["closing"] == wallet_of(ada, "EUR").balance
        assert {one.kind for one in shown["turnover"]} == {"deposit", "share"}

    def test_filters_a_kind(self, desk: Client, ada: User, settled: Settlement) -> None:
        shown = desk.get(f"{statement_of(wallet_of(ada, 'EUR'))}?kind=share").context

        assert [line.transfer.kind for line in shown["page"].lines] == ["share"]

    @pytest.mark.parametrize("asked", ["kind=none", "first=x", "last=9999-12-31x", "after=x"])
    def test_takes_any_question(
        self, desk: Client, ada: User, settled: Settlement, asked: str
    ) -> None:
        assert desk.get(f"{statement_of(wallet_of(ada, 'EUR'))}?{asked}").status_code == 200

    def test_says_where_the_transfers_in_between_are(
        self, desk: Client, settled: Settlement
    ) -> None:
        settling = LedgerAccount.objects.get(kind="settling")

        shown = desk.get(f"{statement_of(settling)}?first=2010-01-01")

        assert "kind__exact=share" in shown.content.decode()

    def test_asks_as_much_for_many_as_for_few(
        self, desk: Client, ada: User, pay_in: Callable[..., LedgerAccount]
    ) -> None:
        address = statement_of(pay_in(ada, 1))
        with CaptureQueriesContext(connection) as few:
            desk.get(address)
        for euros in range(2, 9):
            pay_in(ada, euros)

        with CaptureQueriesContext(connection) as many:
            desk.get(address)

        assert len(many) == len(few)


class TestExport:
    def test_is_the_statement(self, desk: Client, ada: User, settled: Settlement) -> None:
        wallet = wallet_of(ada, "EUR")

        answer = desk.get(f"{statement_of(wallet)}csv/")

        header, last, *_rest = csv.reader(answer.getvalue().decode().splitlines())
        assert header[-2:] == ["amount", "total"]
        assert last[-1] == f"{wallet.balance // MICROS}.{wallet.balance % MICROS:06}"
        assert answer.streaming
        entry = StaffEntry.objects.get(kind="download")
        assert (entry.deed, entry.about) == ("ledger", ada)

    def test_has_no_formula(self, desk: Client, ada: User) -> None:
        posting = Posting(
            key="=1+1",
            kind=Transfer.Kind.DEPOSIT,
            debited=outside("test", "EUR"),
            credited=wallet_of(ada, "EUR"),
            amount=MICROS,
            about_at=NOON,
        )
        post([posting], posted_at=NOON)

        answer = desk.get(f"{statement_of(wallet_of(ada, 'EUR'))}csv/")

        assert ",'=1+1," in answer.getvalue().decode()


class TestCauses:
    def test_of_a_share_are_its_budget_its_month_and_its_clicks(
        self, desk: Client, ada: User, settled: Settlement
    ) -> None:
        share = Transfer.objects.get(kind="share")

        causes = causes_of(share)

        assert [cause.url.split("?")[0] for cause in causes] == [
            f"/admin/payments/budget/{Budget.objects.get().pk}/change/",
            f"/admin/payments/settlement/{settled.pk}/change/",
            "/admin/things/click/",
        ]
        assert all(desk.get(cause.url).status_code == 200 for cause in causes)

    @pytest.mark.parametrize("kind", ["earning", "fee"])
    def test_of_a_month_end_open(self, desk: Client, settled: Settlement, kind: str) -> None:
        causes = causes_of(Transfer.objects.get(kind=kind))

        assert f"/admin/payments/settlement/{settled.pk}/change/" in {one.url for one in causes}
        assert all(desk.get(cause.url).status_code == 200 for cause in causes)

    def test_of_a_correction_are_it_and_those_of_what_it_takes_back(
        self, desk: Client, ada: User, olga: User, settled: Settlement
    ) -> None:
        wanted = Wanted(period=settled.period, subscriber=ada)
        now = timezone.now()
        proposed = propose_correction(wanted, reason="a ring", evidence="7", by=olga, at=now)
        second = User.objects.create_superuser("oscar")
        approve_correction(correction_id=proposed.pk, by=second, at=now)
        share = Transfer.objects.get(kind="share")
        back = Transfer.objects.get(mirrors=share)

        found = transfers_of(proposed)

        assert found is not None
        assert back in found
        assert {one.kind for one in found} == {"mirror"}
        assert [cause.url for cause in causes_of(back)][:2] == [
            f"/admin/payments/budget/{Budget.objects.get().pk}/change/",
            f"/admin/payments/settlement/{settled.pk}/change/",
        ]
        assert f"/admin/payments/correction/{proposed.pk}/change/" in {
            cause.url for cause in causes_of(back)
        }
        assert back.key in desk.get(f"/admin/ledger/transfers/{share.pk}/").content.decode()

    @pytest.mark.parametrize(
        "key", ["share:x:1", "share:2010-13:1", "deposit:9999999999999999999", "tip:-", "x"]
    )
    def test_are_none_for_other_keys(self, db: None, key: str) -> None:
        assert causes_of(Transfer(key=key, kind=Transfer.Kind.DEPOSIT)) == []


class TestTransfersOf:
    def test_lead_back_from_a_budget_and_a_click(self, ada: User, settled: Settlement) -> None:
        click = Click.objects.get()
        found = find_cause("things.click", f"2010-09.{click.subscriber_id}.{click.thing_id}")

        of_budget = transfers_of(Budget.objects.get())
        of_click = transfers_of(click)

        assert found == click
        assert of_budget is not None
        assert of_click is not None
        assert [one.kind for one in of_budget] == ["share"]
        assert {one.kind for one in of_click} == {"share", "earning"}

    def test_lead_back_from_whatever_a_transfer_names(self, settled: Settlement) -> None:
        for transfer in Transfer.objects.filter(kind__in=["share", "earning", "fee"]):
            found = [
                one
                for one in (Budget.objects.first(), *settled.figures.all(), settled)
                if one is not None and transfer in (transfers_of(one) or [])
            ]
            assert found or transfer.kind == "earning", transfer

    def test_are_linked_from_the_page_of_a_row_and_of_clicks(
        self, desk: Client, settled: Settlement
    ) -> None:
        budget, click = Budget.objects.get(), Click.objects.get()
        of_budget = f"/admin/ledger/of/payments.budget/{budget.pk}/"
        of_click = f"/admin/ledger/of/things.click/2010-09.{click.subscriber_id}.{click.thing_id}/"

        page = desk.get(f"/admin/payments/budget/{budget.pk}/change/").content.decode()
        clicks = desk.get("/admin/things/click/?period=2010-09").content.decode()

        assert of_budget in page
        assert of_click in clicks
        assert f"share:2010-09:{budget.subscriber_id}" in desk.get(of_budget).content.decode()
        assert desk.get(of_click).status_code == 200

    def test_are_not_linked_for_who_may_not_see_them(
        self, client: Client, settled: Settlement
    ) -> None:
        eve = User.objects.create_user("eve", is_staff=True)
        eve.groups.add(Group.objects.get(name="support"))
        client.force_login(eve)

        page = client.get(f"/admin/payments/budget/{Budget.objects.get().pk}/change/")
        clicks = client.get("/admin/things/click/?period=2010-09")

        assert "/admin/ledger/" not in page.content.decode()
        assert "/admin/ledger/" not in clicks.content.decode()

    @pytest.mark.parametrize(
        "where", ["accounts.user/1", "payments.tip/x", "things.click/1", "things.click/2010-09.1.1"]
    )
    def test_are_not_there_of_anything_else(self, desk: Client, where: str) -> None:
        assert desk.get(f"/admin/ledger/of/{where}/").status_code == 404


class TestRights:
    def test_are_needed(self, client: Client, ada: User, settled: Settlement) -> None:
        wallet = wallet_of(ada, "EUR")
        client.force_login(User.objects.create_user("eve", is_staff=True))

        for page in ("/admin/ledger/", statement_of(wallet), f"{statement_of(wallet)}csv/"):
            assert client.get(page).status_code == 403, page
