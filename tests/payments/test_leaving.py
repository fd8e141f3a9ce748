"""Deleting an account: the person goes, the books stay."""

from __future__ import annotations

from datetime import timedelta
from mailbox import letters_to, subjects_sent_to

import pytest
from django.test import Client
from django.utils import timezone
from people import sign_in, signed_up

from accounts.models import Mail, User
from accounts.privacy.kept import Fate, all_kept
from accounts.privacy.leaving import CannotLeave, delete_account
from payments.budgets.planning import set_budget
from payments.clicking.recording import record_click
from payments.deposits.play import pay_in_play_money
from payments.ledger.models import LedgerAccount
from payments.money import MICROS
from things.models import Click, StandingClick, Thing
from things.periods import Period

PAGE = "/settings/privacy/delete"


@pytest.fixture
def ada(db: None) -> User:
    ada = signed_up("ada", display_name="Ada")
    ben = signed_up("ben")
    now = timezone.now()
    song = Thing.objects.create(url="https://ben.example/song", owner=ben, title="A song")
    pay_in_play_money(subscriber=ada, amount=10 * MICROS, currency="EUR", key="1", at=now)
    set_budget(subscriber=ada, amount=5 * MICROS, currency="EUR", at=now)
    record_click(subscriber=ada, thing=song, at=now)
    StandingClick.objects.create(
        subscriber=ada, thing=song, created_at=now, started_at=now, last_period=Period.of(now)
    )
    return ada


class TestDeleteAccount:
    def test_leaves_nothing_that_leads_to_the_person(self, ada: User) -> None:
        sign_in(ada)
        delete_account(user=ada, at=timezone.now())

        ada.refresh_from_db()
        assert ada.username.startswith("deleted-")
        assert (ada.email, ada.display_name, ada.is_active) == (None, "", False)
        assert not ada.has_usable_password()
        left = {
            kept.name
            for kept in all_kept()
            if kept.fate is Fate.GONE and any(rows.exists() for rows in kept.rows_of(ada))
        }
        assert left == {"mails"}
        assert subjects_sent_to("ada@example.org") == ["Your account is deleted"]
        assert "Hello Ada," in letters_to("ada@example.org")[0]
        farewell = Mail.objects.get(user=ada)
        assert (farewell.address, farewell.context) == ("", {})

    def test_empties_the_wallet_into_the_books_of_the_site(self, ada: User) -> None:
        delete_account(user=ada, at=timezone.now())

        wallet = LedgerAccount.objects.get(owner=ada, kind="wallet")
        fees = LedgerAccount.objects.get(owner=None, kind="fees", currency="EUR")
        assert (wallet.balance, wallet.held, fees.balance) == (0, 0, 10 * MICROS)
        assert not Click.objects.filter(subscriber=ada).exists()

    def test_ends_every_session(self, ada: User) -> None:
        browser = sign_in(ada)

        delete_account(user=ada, at=timezone.now())

        assert browser.get("/settings/privacy").status_code == 302

    def test_withdraws_the_things_of_who_leaves(self, ada: User) -> None:
        ben = User.objects.get(username="ben")

        delete_account(user=ben, at=timezone.now())

        assert Thing.objects.get().state == Thing.State.WITHDRAWN

    def test_waits_while_a_month_is_settled(self, ada: User) -> None:
        with pytest.raises(CannotLeave):
            delete_account(user=ada, at=timezone.now() + timedelta(days=32))

        ada.refresh_from_db()
        assert ada.username == "ada"


class TestPage:
    def test_deletes_what_was_named(self, ada: User, client: Client) -> None:
        browser = sign_in(ada)
        assert browser.post(PAGE, {"name": "eve"}).status_code == 400

        answer = browser.post(PAGE, {"name": "ada"}, follow=True)

        assert "Your account is deleted." in answer.content.decode()
        assert not User.objects.filter(username="ada").exists()

    def test_says_what_money_is_left(self, ada: User) -> None:
        assert "10.00" in sign_in(ada).get(PAGE).content.decode()
