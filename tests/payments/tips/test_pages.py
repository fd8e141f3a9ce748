"""The pages of tips: what a tip comes to before it is given, and who sees it afterwards."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from people import sign_in, signed_up

from accounts.models import User
from accounts.visibility import Visibility
from payments.ledger.models import LedgerAccount
from payments.money import MICROS
from payments.tips.models import Tip
from payments.tips.tipping import Wish, give_tip
from things.models import Thing

PAGE, GIVE = "/creators/ben/tip/", "/creators/ben/tip/give/"
ASKED = {"amount": "2,50", "currency": "EUR", "note": "", "visibility": "public", "key": "k"}
PayIn = Callable[..., LedgerAccount]


@pytest.fixture
def ada(db: None) -> User:
    return signed_up("ada")


@pytest.fixture
def browser(ada: User, ben: User, pay_in: PayIn) -> Client:
    pay_in(ada, 10)
    return sign_in(ada)


def hidden(page: str) -> dict[str, str]:
    """What the form of the page sends without being asked."""
    found = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


class TestTipPage:
    def test_shows_the_fee_and_gives_once_it_is_confirmed(self, browser: Client) -> None:
        asked = browser.post(PAGE, ASKED | {"note": "<b>Thanks</b>"})
        page = asked.content.decode()

        assert "€2.25" in page
        assert "€0.25" in page
        assert "&lt;b&gt;Thanks" in page
        assert not Tip.objects.exists()

        for _turn in range(2):
            answer = browser.post(GIVE, hidden(page) | {"note": "<b>Thanks</b>"}, follow=True)
        tip = Tip.objects.get()
        assert (tip.amount, tip.fee, tip.note) == (2_500_000, 250_000, "<b>Thanks</b>")
        assert "ben got €2.25" in answer.content.decode()

    @pytest.mark.parametrize(
        ("other", "said"),
        [
            ({"amount": "11"}, "€10.00 are free in your wallet."),
            ({"amount": "0.01"}, "Give at least 0.10."),
            ({"amount": "1.001"}, "Choose whole cents."),
            ({"amount": "much"}, "Write an amount"),
            ({"note": "x" * 501}, "at most 500"),
        ],
    )
    def test_says_what_is_wrong(self, browser: Client, other: dict[str, str], said: str) -> None:
        for address in (PAGE, GIVE):
            answer = browser.post(address, ASKED | other)
            assert (answer.status_code, said in answer.content.decode()) == (400, True)

    def test_confirms_again_where_the_fee_has_changed(self, browser: Client) -> None:
        answer = browser.post(GIVE, ASKED | {"fee": "1"})

        assert "The fee has just changed" in answer.content.decode()
        assert hidden(answer.content.decode())["fee"] == "250000"
        assert not Tip.objects.exists()

    def test_asks_again_who_it_is(self, browser: Client, settings: Any) -> None:
        settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = -1

        assert "/sign-in/again" in browser.post(GIVE, ASKED).headers["Location"]
        assert not Tip.objects.exists()

    def test_leads_visitors_to_the_sign_in_and_back(self, client: Client, ben: User) -> None:
        page = client.get(PAGE).content.decode()

        assert "/sign-in/?next=%2Fcreators%2Fben%2Ftip%2F" in page

    def test_is_not_there_for_who_gets_nothing(self, client: Client, ben: User) -> None:
        User.objects.filter(pk=ben.pk).update(suspended=True)

        assert client.get(PAGE).status_code == 404

    def test_names_those_who_give_publicly(self, browser: Client, ada: User, ben: User) -> None:
        eve = User.objects.create_user("eve")
        for giver, shown in ((ada, Visibility.PUBLIC), (eve, Visibility.CREATOR)):
            Tip.objects.create(
                giver=giver,
                creator=ben,
                amount=2,
                fee=0,
                currency="EUR",
                key="k",
                visibility=shown,
                given_at=timezone.now(),
            )

        page = Client().get(PAGE).content.decode()
        assert "ada" in page
        assert "eve" not in page

    def test_is_reached_from_the_creator_the_thing_and_the_wallet(
        self, browser: Client, song: Thing
    ) -> None:
        assert f'href="{PAGE}"' in browser.get("/profile/ben").content.decode()
        assert f'href="{PAGE}?thing={song.pk}"' in browser.get(f"/thing/{song.pk}").content.decode()
        assert 'href="/wallet/tip/"' in browser.get("/wallet/").content.decode()
        for meant in ("Ben", "@ben", song.url, "https://ben.example/song?"):
            assert browser.get("/wallet/tip/", {"to": meant}).headers["Location"] == PAGE
        assert browser.get("/wallet/tip/", {"to": "nobody"}).status_code == 400


class TestLists:
    @pytest.fixture
    def tip(self, ada: User, ben: User, pay_in: PayIn) -> Callable[..., Tip]:
        pay_in(ada, 10)

        def give(**other: Any) -> Tip:
            asked = {"amount": 2 * MICROS, "currency": "EUR", "key": "k", "note": "<i>Hi</i>"}
            return give_tip(Wish(ada, ben, **asked | other), at=timezone.now())

        return give

    def test_show_the_note_to_the_creator_and_not_the_name(
        self, client: Client, tip: Callable[..., Tip], ben: User
    ) -> None:
        tip(visibility=Visibility.ANONYMOUS)
        client.force_login(ben)

        page = client.get("/tips/").content.decode()

        assert "&lt;i&gt;Hi" in page
        assert "somebody" in page
        assert "ada" not in page

    def test_let_the_creator_report_a_note(
        self, client: Client, tip: Callable[..., Tip], ben: User, eve: User
    ) -> None:
        got = tip()
        client.force_login(eve)
        assert client.post(f"/tips/{got.pk}/report/").status_code == 404
        client.force_login(ben)
        client.post(f"/tips/{got.pk}/report/")

        got.refresh_from_db()
        assert got.reported_at is not None

    def test_are_the_operators_to_mend(
        self, client: Client, tip: Callable[..., Tip], olga: User, ada: User
    ) -> None:
        got = tip()
        client.force_login(olga)
        address = f"/admin/payments/tip/{got.pk}"

        assert client.get("/admin/payments/tip/").status_code == 200
        client.post(f"{address}/deeds/remove_note/", {"note": "rude"})
        client.post(f"{address}/deeds/take_back/", {"note": "stolen card"})

        got.refresh_from_db()
        assert (got.note, got.taken_back_at is None) == ("", False)
        assert LedgerAccount.objects.get(owner=ada, kind="wallet").balance == 10 * MICROS
