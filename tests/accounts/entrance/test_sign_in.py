"""Signing in and out."""

from __future__ import annotations

from mailbox import code_sent_to, letters_to, subjects_sent_to

import pytest
from django.core.cache import cache
from django.test import Client
from people import PASSWORD, code_of, sign_in, signed_up, with_authenticator

from accounts.entrance.tasks import tell_nobody
from accounts.models import User

IN, RESET = "/sign-in/", "/sign-in/reset"


@pytest.fixture
def ada(db: None) -> User:
    return signed_up("ada")


def give(client: Client, **other: str) -> object:
    return client.post(IN, {"login": "ada", "password": PASSWORD} | other)


class TestSignIn:
    @pytest.mark.parametrize("login", ["ada", "ADA", "ada@example.org", " Ada@Example.org "])
    def test_takes_the_name_and_the_address(self, client: Client, ada: User, login: str) -> None:
        response = give(client, login=login)

        assert response.headers["Location"] == "/giving/"
        assert client.get("/giving/").status_code == 200

    def test_leads_back_to_the_page_that_asked_for_it(self, client: Client, ada: User) -> None:
        asked = client.get("/giving/2010-09/")

        response = client.post(
            asked.headers["Location"],
            {"login": "ada", "password": PASSWORD, "next": "/giving/2010-09/"},
        )

        assert asked.headers["Location"] == "/sign-in/?next=/giving/2010-09/"
        assert response.headers["Location"] == "/giving/2010-09/"

    @pytest.mark.parametrize(
        "away", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"]
    )
    def test_leads_to_no_other_site(self, client: Client, ada: User, away: str) -> None:
        assert give(client, next=away).headers["Location"] == "/giving/"

    def test_refuses_a_wrong_password(self, client: Client, ada: User) -> None:
        response = give(client, password="guessed")

        assert response.status_code == 200
        assert 'role="alert"' in response.content.decode()
        assert client.get("/giving/").status_code == 302

    def test_refuses_an_unknown_name_in_the_same_words(self, client: Client, ada: User) -> None:
        wrong = give(client, password="guessed").content.decode()
        unknown = give(client, login="eve", password="guessed").content.decode()

        said = "That name or address and that password do not belong together."
        assert said in wrong
        assert said in unknown

    def test_lets_users_in_who_have_no_address(self, client: Client, db: None) -> None:
        User.objects.create_user("olga", password=PASSWORD)

        assert give(client, login="olga").headers["Location"] == "/giving/"

    def test_lets_the_suspended_in(self, client: Client, ada: User) -> None:
        User.objects.update(suspended=True)

        assert give(client).headers["Location"] == "/giving/"

    def test_tells_who_has_a_closed_account(self, client: Client, ada: User) -> None:
        User.objects.update(is_active=False)

        assert give(client).headers["Location"] == "/sign-in/closed"
        assert "This account is closed." in client.get("/sign-in/closed").content.decode()

    def test_sends_who_is_signed_in_on(self, client: Client, ada: User) -> None:
        client.force_login(ada)

        assert client.get(IN).headers["Location"] == "/giving/"


class TestGuessing:
    def test_is_stopped_for_the_account(self, client: Client, ada: User) -> None:
        for _ in range(5):
            give(client, password="guessed")

        response = give(client)

        assert response.status_code == 200
        assert "tried too often" in response.content.decode()

    def test_is_stopped_for_the_network(self, client: Client, ada: User) -> None:
        for number in range(10):
            give(client, login=f"name{number}", password="guessed")

        assert give(client).status_code == 200

    def test_is_not_helped_by_a_header(self, client: Client, ada: User) -> None:
        for number in range(10):
            client.post(
                IN,
                {"login": f"name{number}", "password": "guessed"},
                headers={"X-Forwarded-For": f"192.0.2.{number}"},
            )

        assert give(client).status_code == 200

    def test_of_codes_is_stopped(self, client: Client, ada: User) -> None:
        secret = with_authenticator(ada)
        give(client)
        for _ in range(5):
            client.post("/sign-in/second-step", {"code": "000000"})

        right = code_of_without_forgetting(secret)
        response = client.post("/sign-in/second-step", {"code": right})

        assert response.status_code == 200
        assert client.get("/giving/").status_code == 302


def code_of_without_forgetting(secret: str) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cache, "clear", lambda: None)
        return code_of(secret)


class TestSecondStep:
    def test_is_asked_of_who_has_an_authenticator(self, client: Client, ada: User) -> None:
        secret = with_authenticator(ada)

        first = give(client, next="/clicks/")
        assert first.headers["Location"] == "/sign-in/second-step"
        assert client.get("/giving/").status_code == 302
        second = client.post("/sign-in/second-step", {"code": code_of(secret)})

        assert second.headers["Location"] == "/clicks/"

    def test_takes_no_code_twice(self, client: Client, ada: User) -> None:
        secret = with_authenticator(ada)
        give(client)
        code = code_of(secret)
        client.post("/sign-in/second-step", {"code": code})
        other = Client()
        give(other)

        assert other.post("/sign-in/second-step", {"code": code}).status_code == 200

    def test_can_be_broken_off(self, client: Client, ada: User) -> None:
        with_authenticator(ada)
        give(client)

        client.post("/sign-out/")

        assert client.get("/sign-in/second-step").headers["Location"] == IN


class TestReset:
    def test_sets_a_new_password_by_a_code(self, client: Client, ada: User) -> None:
        elsewhere = sign_in(ada)
        client.post(RESET, {"email": "ada@example.org", "next": "/clicks/"})
        client.post(f"{RESET}/code", {"code": code_sent_to("ada@example.org")})
        client.post(f"{RESET}/password", {"password1": "another long one"})

        assert client.get("/giving/").status_code == 200
        assert elsewhere.get("/giving/").status_code == 302
        ada.refresh_from_db()
        assert ada.check_password("another long one")
        assert subjects_sent_to("ada@example.org")[-1] == "Your password was changed"

    def test_asks_for_the_second_step_as_well(self, client: Client, ada: User) -> None:
        with_authenticator(ada)
        client.post(RESET, {"email": "ada@example.org"})
        client.post(f"{RESET}/code", {"code": code_sent_to("ada@example.org")})
        last = client.post(f"{RESET}/password", {"password1": "another long one"})

        assert last.headers["Location"] == "/sign-in/second-step"

    def test_wants_the_code_first(self, client: Client, ada: User) -> None:
        client.post(RESET, {"email": "ada@example.org"})

        early = client.post(f"{RESET}/password", {"password1": "another long one"})

        assert early.headers["Location"] == f"{RESET}/code"
        ada.refresh_from_db()
        assert ada.check_password(PASSWORD)

    def test_ends_after_three_wrong_codes(self, client: Client, ada: User) -> None:
        client.post(RESET, {"email": "ada@example.org"})
        code = code_sent_to("ada@example.org")
        for _ in range(3):
            client.post(f"{RESET}/code", {"code": "BBBB-BBBB"})

        assert client.post(f"{RESET}/code", {"code": code}).headers["Location"] == IN

    def test_answers_alike_whether_there_is_an_account(self, client: Client, ada: User) -> None:
        pages = []
        for address in ("ada@example.org", "nobody@example.org"):
            answer = client.post(RESET, {"email": address}, follow=True)
            pages.append(answer.content.decode().replace(address, ""))

        known, unknown = (_without_tokens(page) for page in pages)
        assert known == unknown
        assert letters_to("nobody@example.org") == []

    def test_tells_an_address_without_account_by_mail(self, db: None) -> None:
        tell_nobody(address="nobody@example.org", language="fr")

        assert subjects_sent_to("nobody@example.org") == ["Aucun compte n’a cette adresse"]
        assert "http://localhost:8000/sign-up/" in letters_to("nobody@example.org")[0]


class TestSignOut:
    def test_ends_the_session(self, client: Client, ada: User) -> None:
        client.force_login(ada)

        response = client.post("/sign-out/")

        assert response.headers["Location"] == "/"
        assert client.get("/giving/").status_code == 302

    def test_takes_no_link_from_elsewhere(self, client: Client, ada: User) -> None:
        client.force_login(ada)

        assert client.get("/sign-out/").status_code == 405
        assert client.get("/giving/").status_code == 200


def _without_tokens(page: str) -> str:
    import re

    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page)
