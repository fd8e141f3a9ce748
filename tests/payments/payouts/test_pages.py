"""A creator's pages of payouts, and the operators' in the admin."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from payments.payouts.batching import make_batch
from payments.payouts.models import Payout, PayoutBatch, PayoutDetails, PayoutHold, Way
from payments.payouts.requesting import request_payout

RELEASED = datetime(2010, 10, 10, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def on_the_tenth() -> object:
    with time_machine.travel(RELEASED, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ben_in(client: Client, ben: User) -> Client:
    client.force_login(ben)
    return client


def staff(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


class TestShowPayouts:
    def test_offers_what_is_free(
        self, earnings: None, details: PayoutDetails, ben_in: Client
    ) -> None:
        page = ben_in.get("/payouts/").content.decode()

        assert "€36.00" in page
        assert 'value="36.00"' in page
        assert "DE89 … 3000" in page

    def test_writes_amounts_as_french_does(
        self, earnings: None, details: PayoutDetails, ben: User, ben_in: Client
    ) -> None:
        User.objects.filter(pk=ben.pk).update(language="fr")

        page = ben_in.get("/payouts/").content.decode()

        assert "<h1>Versements</h1>" in page
        assert 'value="36,00"' in page

    def test_has_a_fixed_number_of_queries(
        self,
        earnings: None,
        details: PayoutDetails,
        ben: User,
        ben_in: Client,
        django_assert_num_queries: Callable[..., object],
    ) -> None:
        def queries(number: int) -> int:
            request_payout(
                owner=ben, amount=10_000_000, currency="EUR", key=str(number), at=RELEASED
            )
            from django.db import connection
            from django.test.utils import CaptureQueriesContext

            with CaptureQueriesContext(
                connection,
            ) as captured:
                ben_in.get("/payouts/")
            return len(captured)

        queries(0)
        assert queries(1) == queries(2)

    def test_asks_strangers_to_sign_in(self, client: Client) -> None:
        assert client.get("/payouts/").status_code == 302


class TestAskForPayout:
    def form(self, **changed: str) -> dict[str, str]:
        return {"amount": "20", "currency": "EUR", "key": "k", **changed}

    def test_asks_once_however_often_it_is_sent(
        self, earnings: None, details: PayoutDetails, ben_in: Client
    ) -> None:
        ben_in.post("/payouts/ask/", self.form(amount="20,00"))
        ben_in.post("/payouts/ask/", self.form())

        assert Payout.objects.get().amount == 20_000_000

    @pytest.mark.parametrize(
        "amount", ["", "0", "-5", "NaN", "1e9", "36.01", "9.99", "20.001", "9" * 60, "20\x00"]
    )
    def test_says_what_is_wrong(
        self, earnings: None, details: PayoutDetails, ben_in: Client, amount: str
    ) -> None:
        answer = ben_in.post("/payouts/ask/", self.form(amount=amount))

        assert answer.status_code == 400
        assert not Payout.objects.exists()

    def test_refuses_a_currency_of_nowhere(
        self, earnings: None, details: PayoutDetails, ben_in: Client
    ) -> None:
        assert ben_in.post("/payouts/ask/", self.form(currency="XXX")).status_code == 400


class TestCallOff:
    def test_gives_the_money_back(self, payout: Payout, ben_in: Client) -> None:
        ben_in.post(f"/payouts/{payout.pk}/call-off/")

        payout.refresh_from_db()
        assert payout.state == Payout.State.CANCELLED

    def test_of_somebody_else_is_not_found(self, payout: Payout, client: Client, eve: User) -> None:
        client.force_login(eve)

        assert client.post(f"/payouts/{payout.pk}/call-off/").status_code == 404
        assert client.get(f"/payouts/{payout.pk}/call-off/").status_code == 405


class TestDetailsPage:
    def test_enters_and_forgets(self, ben: User, ben_in: Client) -> None:
        ben_in.post("/settings/payout/", {"way": "sepa", "holder": "Ben", "number": IBAN})
        assert "DE89 … 3000" in ben_in.get("/settings/payout/").content.decode()

        ben_in.post("/settings/payout/forget/")
        assert "DE89" not in ben_in.get("/settings/payout/").content.decode()

    def test_never_shows_the_whole_number(self, details: PayoutDetails, ben_in: Client) -> None:
        assert IBAN not in ben_in.get("/settings/payout/").content.decode()

    def test_says_what_is_wrong(self, ben_in: Client) -> None:
        answer = ben_in.post("/settings/payout/", {"way": "sepa", "holder": "Ben", "number": "DE1"})

        assert answer.status_code == 400
        assert "no IBAN" in answer.content.decode()


class TestAdmin:
    def deed(self, row: object, name: str) -> str:
        meta = row._meta  # type: ignore[attr-defined]
        return reverse(f"admin:payments_{meta.model_name}_deed", args=[row.pk, name])  # type: ignore[attr-defined]

    def test_two_people_pay_a_creator(self, payout: Payout, olga: User, paul: User) -> None:
        first, second = staff(olga), staff(paul)
        assert "€20.00" in first.get("/admin/payments/payoutbatch/").content.decode()

        first.post("/admin/payments/payoutbatch/make/", {"way": "sepa", "currency": "EUR"})
        batch = PayoutBatch.objects.get()
        first.post(self.deed(batch, "approve"))
        batch.refresh_from_db()
        assert batch.state == PayoutBatch.State.MADE
        second.post(self.deed(batch, "approve"))
        file = first.post(self.deed(batch, "file"))
        first.post(self.deed(batch, "sent"))
        first.post(self.deed(payout, "paid"), {"note": "booking 7"})

        payout.refresh_from_db()
        assert file["Content-Disposition"].endswith('.xml"')
        assert file.content.startswith(b"<?xml")
        assert payout.state == Payout.State.PAID
        assert payout.steps.get(state="paid").note == "booking 7"

    def test_a_deed_that_needs_a_reason_waits_for_it(self, payout: Payout, olga: User) -> None:
        staff(olga).post(self.deed(payout, "refuse"), {"note": " "})

        payout.refresh_from_db()
        assert payout.state == Payout.State.REQUESTED

    def test_deeds_need_their_permission(self, payout: Payout, olga: User, eve: User) -> None:
        batch = make_batch(way=Way.SEPA, currency="EUR", by=olga, at=RELEASED)
        eve.is_staff = True
        eve.save()
        from django.contrib.auth.models import Permission

        eve.user_permissions.add(Permission.objects.get(codename="view_payoutbatch"))

        assert staff(eve).get(f"/admin/payments/payoutbatch/{batch.pk}/change/").status_code == 200
        assert staff(eve).post(self.deed(batch, "approve")).status_code == 403
        assert staff(eve).post("/admin/payments/payoutbatch/make/").status_code == 403

    def test_deeds_are_posted(self, payout: Payout, olga: User) -> None:
        batch = make_batch(way=Way.SEPA, currency="EUR", by=olga, at=RELEASED)

        assert staff(olga).get(self.deed(batch, "approve")).status_code == 405

    def test_a_hold_is_placed_and_lifted(self, earnings: None, ben: User, olga: User) -> None:
        desk = staff(olga)

        desk.post("/admin/payments/payouthold/add/", {"owner": ben.pk, "why": "a ring"})
        hold = PayoutHold.objects.get()
        assert (hold.placed_by, hold.lifted_at) == (olga, None)

        desk.post(self.deed(hold, "lift"))
        hold.refresh_from_db()
        assert hold.lifted_by == olga


IBAN = "DE89370400440532013000"
