"""Signing up: an address, a name, a password, and the code from the mail."""

from __future__ import annotations

import re
from datetime import timedelta
from mailbox import code_sent_to, subjects_sent_to

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.entrance.models import UnconfirmedSignUp
from accounts.entrance.unconfirmed import drop_unconfirmed
from accounts.models import User

UP, CODE = "/sign-up/", "/sign-up/code"
PASSWORD = "correct horse battery"
ADA = {"email": "Ada@example.org", "username": "ada", "password1": PASSWORD}


def sign_up(client: Client, **other: str) -> None:
    answer = client.post(UP, ADA | other)
    assert answer.status_code == 302, answer.context["form"].errors


class TestSignUp:
    def test_lets_in_who_types_the_code(self, client: Client, db: None) -> None:
        sign_up(client)
        answer = client.post(CODE, {"code": code_sent_to("ada@example.org")})

        assert answer.headers["Location"] == "/giving/budget/"
        ada = User.objects.get(username="ada")
        assert ada.email == "ada@example.org"
        assert client.get("/settings/profile").context["user"] == ada

    def test_takes_the_code_as_people_type_it(self, client: Client, db: None) -> None:
        sign_up(client)
        typed = f" {code_sent_to('ada@example.org').lower().replace('-', ' ')}"

        assert client.post(CODE, {"code": typed}).status_code == 302

    def test_lets_nobody_in_before(self, client: Client, db: None) -> None:
        sign_up(client)

        assert client.get("/settings/profile").status_code == 302
        assert client.get("/sign-in/").headers["Location"] == CODE

    def test_leads_on_to_where_one_came_from(self, client: Client, db: None) -> None:
        sign_up(client, next="/thing/1?popup=1&n=x")
        answer = client.post(CODE, {"code": code_sent_to("ada@example.org")})

        assert answer.headers["Location"] == "/thing/1?popup=1&n=x"

    def test_leads_to_no_other_site(self, client: Client, db: None) -> None:
        sign_up(client, next="https://eve.example/")
        answer = client.post(CODE, {"code": code_sent_to("ada@example.org")})

        assert answer.headers["Location"] == "/giving/budget/"

    def test_survives_the_loss_of_the_browser(self, client: Client, db: None) -> None:
        sign_up(client)
        mail.outbox.clear()
        elsewhere = Client()

        cache.clear()
        answer = elsewhere.post("/sign-in/", {"login": "ada", "password": PASSWORD})
        assert answer.headers["Location"] == CODE
        elsewhere.post(CODE, {"code": code_sent_to("ada@example.org")})

        assert elsewhere.get("/settings/profile").status_code == 200

    def test_keeps_the_language_of_the_form(self, client: Client, db: None) -> None:
        client.post(UP, ADA, headers={"Accept-Language": "fr"})

        assert User.objects.get().language == "fr"

    def test_gives_up_after_three_wrong_codes(self, client: Client, db: None) -> None:
        sign_up(client)
        for _ in range(3):
            answer = client.post(CODE, {"code": "BBBB-BBBB"})

        assert answer.headers["Location"] == "/sign-in/"
        right = client.post(CODE, {"code": code_sent_to("ada@example.org")})
        assert right.headers["Location"] == "/sign-in/"

    def test_sends_another_code_when_asked(self, client: Client, db: None) -> None:
        sign_up(client)
        first = code_sent_to("ada@example.org")
        cache.clear()
        client.post(CODE, {"action": "resend"})

        second = code_sent_to("ada@example.org")
        assert first != second
        assert client.post(CODE, {"code": first}).status_code == 200
        assert client.post(CODE, {"code": second}).status_code == 302

    def test_starts_again_where_the_address_was_wrong(self, client: Client, db: None) -> None:
        sign_up(client, email="adda@example.org")
        answer = client.post("/sign-up/again", {"next": "/thing/1"})
        assert answer.headers["Location"] == "/sign-up/?next=%2Fthing%2F1"

        sign_up(client)

        assert User.objects.get().email == "ada@example.org"


class TestNames:
    @pytest.mark.parametrize(
        "name", ["admin", "Ad.min", "SUPPORT", "obole", "no-reply", "a b", ".ada", "", "ädä"]
    )
    def test_that_pass_for_the_site_or_are_none(self, client: Client, db: None, name: str) -> None:
        answer = client.post(UP, ADA | {"username": name})

        assert answer.status_code == 200
        assert not User.objects.exists()

    def test_are_taken_whatever_their_case(self, client: Client, db: None) -> None:
        User.objects.create_user("ADA")

        assert client.post(UP, ADA).status_code == 200


class TestPasswords:
    @pytest.mark.parametrize("weak", ["short", "password123", "1234567890", "ada@example.org"])
    def test_that_are_weak(self, client: Client, db: None, weak: str) -> None:
        assert client.post(UP, ADA | {"password1": weak}).status_code == 200
        assert not User.objects.exists()


class TestKnownAddress:
    """Nobody learns from the site whether an address has an account."""

    @pytest.fixture
    def known(self, db: None) -> User:
        return User.objects.create_user("first", "ada@example.org", PASSWORD)

    def test_is_answered_like_a_new_one(self, known: User) -> None:
        answers = []
        for address in ("ada@example.org", "new@example.org"):
            client = Client()
            client.post(UP, ADA | {"email": address})
            asked = client.get(CODE)
            wrong = client.post(CODE, {"code": "BBBB-BBBB"})
            answers.append([asked, wrong])

        for old, new in zip(*answers, strict=True):
            page = old.content.decode().replace("ada@example.org", "new@example.org")
            assert _without_tokens(page) == _without_tokens(new.content.decode())

    def test_is_told_by_mail(self, known: User, client: Client) -> None:
        sign_up(client)

        assert subjects_sent_to("ada@example.org") == ["You have an account already"]
        assert not User.objects.filter(username="ada").exists()

    def test_hashes_a_password_as_well(
        self, known: User, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The time tells nothing either: hashing is what takes long."""
        hashed = []
        monkeypatch.setattr("accounts.entrance.forms.make_password", hashed.append)

        sign_up(client)

        assert hashed == [PASSWORD]


class TestUnconfirmed:
    def test_holds_the_name_while_its_code_is_good(self, client: Client, db: None) -> None:
        sign_up(client)

        assert Client().post(UP, ADA | {"email": "eve@example.org"}).status_code == 200

    def test_makes_way_when_its_code_has_run_out(self, client: Client, db: None) -> None:
        sign_up(client, email="eve@example.org")
        _age(timedelta(minutes=31))

        sign_up(Client())

        assert [user.email for user in User.objects.all()] == ["ada@example.org"]

    def test_makes_way_for_the_owner_of_the_address(self, client: Client, db: None) -> None:
        sign_up(client, username="eve")
        _age(timedelta(minutes=31))
        cache.clear()  # a limit stands between two mails to one address

        sign_up(Client())

        assert [user.username for user in User.objects.all()] == ["ada"]

    def test_is_dropped_after_two_days(self, client: Client, db: None) -> None:
        sign_up(client)
        _age(timedelta(days=2, minutes=1))

        assert drop_unconfirmed(at=timezone.now()) == 1
        assert not User.objects.exists()

    def test_that_was_confirmed_stays(self, client: Client, db: None) -> None:
        sign_up(client)
        client.post(CODE, {"code": code_sent_to("ada@example.org")})
        _age(timedelta(days=3))

        assert drop_unconfirmed(at=timezone.now()) == 0
        assert User.objects.exists()

    def test_leaves_users_without_an_address_alone(self, db: None) -> None:
        User.objects.create_user("imported")

        assert drop_unconfirmed(at=timezone.now() + timedelta(days=9)) == 0


def _age(by: timedelta) -> None:
    UnconfirmedSignUp.objects.update(begun_at=timezone.now() - by)


def _without_tokens(page: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page)
