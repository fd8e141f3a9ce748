"""Password, address, authenticator, recovery codes, and proving again that it is oneself."""

from __future__ import annotations

import re
from datetime import timedelta
from mailbox import code_sent_to, letters_to, subjects_sent_to

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from people import PASSWORD, code_of, factors_of, sign_in, signed_up, with_authenticator
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User

SECURITY = "/settings/security"
LATER = timedelta(minutes=16)


@pytest.fixture
def ada(db: None) -> User:
    return signed_up("ada")


@pytest.fixture
def browser(ada: User) -> Client:
    return sign_in(ada)


class TestPassword:
    def test_is_changed_by_who_knows_the_old_one(self, browser: Client, ada: User) -> None:
        elsewhere = sign_in(ada)
        answer = browser.post(
            f"{SECURITY}/password", {"oldpassword": PASSWORD, "password1": "another long one"}
        )

        assert answer.status_code == 302
        ada.refresh_from_db()
        assert ada.check_password("another long one")
        assert browser.get(SECURITY).status_code == 200
        assert elsewhere.get(SECURITY).status_code == 302
        assert subjects_sent_to("ada@example.org") == ["Your password was changed"]

    def test_stays_where_the_old_one_was_wrong(self, browser: Client, ada: User) -> None:
        browser.post(
            f"{SECURITY}/password", {"oldpassword": "guessed", "password1": "another long one"}
        )

        ada.refresh_from_db()
        assert ada.check_password(PASSWORD)

    def test_is_set_by_who_had_none(self, ada: User, client: Client) -> None:
        ada.set_unusable_password()
        ada.save()
        client.force_login(ada)

        client.post(f"{SECURITY}/password/first", {"password1": "another long one"})

        ada.refresh_from_db()
        assert ada.check_password("another long one")


class TestAddress:
    def test_is_changed_by_a_code(self, browser: Client, ada: User) -> None:
        browser.post(f"{SECURITY}/email", {"action_add": "1", "email": "New@example.org"})
        ada.refresh_from_db()
        assert ada.email == "ada@example.org"

        browser.post("/sign-up/code", {"code": code_sent_to("new@example.org")})

        ada.refresh_from_db()
        assert ada.email == "new@example.org"
        assert [row.email for row in EmailAddress.objects.all()] == ["new@example.org"]
        assert subjects_sent_to("ada@example.org") == ["The address of your account was changed"]
        assert "new@example.org" in letters_to("ada@example.org")[0]

    def test_is_given_by_who_had_none(self, client: Client, db: None) -> None:
        olga = User.objects.create_user("olga", password=PASSWORD)
        browser = sign_in(olga)
        browser.post(f"{SECURITY}/email", {"action_add": "1", "email": "olga@example.org"})
        browser.post("/sign-up/code", {"code": code_sent_to("olga@example.org")})

        olga.refresh_from_db()
        assert olga.email == "olga@example.org"

    def test_of_somebody_else_is_refused_to_who_reads_their_mail_only(
        self, browser: Client, ada: User
    ) -> None:
        signed_up("ben")
        answer = browser.post(f"{SECURITY}/email", {"action_add": "1", "email": "ben@example.org"})
        assert answer.headers["Location"] == "/sign-up/code"

        browser.post("/sign-up/code", {"code": code_sent_to("ben@example.org")})

        ada.refresh_from_db()
        assert ada.email == "ada@example.org"

    def test_is_not_changed_by_who_finds_the_browser_open(self, browser: Client) -> None:
        with time_machine.travel(timezone.now() + LATER):
            answer = browser.post(
                f"{SECURITY}/email", {"action_add": "1", "email": "new@example.org"}
            )

        assert (
            answer.headers["Location"]
            == f"/sign-in/again?next={SECURITY.replace('/', '%2F')}%2Femail"
        )
        assert letters_to("new@example.org") == []


class TestAgain:
    """Proving once more that it is oneself."""

    def test_is_not_asked_of_who_has_just_come_in(self, browser: Client) -> None:
        assert browser.get(f"{SECURITY}/authenticator").status_code == 200

    def test_leads_on(self, browser: Client) -> None:
        with time_machine.travel(timezone.now() + LATER):
            asked = browser.get(f"{SECURITY}/authenticator")
            answer = browser.post(asked.headers["Location"], {"password": PASSWORD})

            assert answer.headers["Location"] == f"{SECURITY}/authenticator"
            assert browser.get(f"{SECURITY}/authenticator").status_code == 200

    def test_carries_out_what_was_sent(self, browser: Client) -> None:
        with time_machine.travel(timezone.now() + LATER):
            asked = browser.post(
                f"{SECURITY}/email", {"action_add": "1", "email": "new@example.org"}
            )
            answer = browser.post(asked.headers["Location"], {"password": PASSWORD})

            assert answer.headers["Location"] == "/sign-up/code"
            assert len(letters_to("new@example.org")) == 1

    def test_refuses_a_wrong_password(self, browser: Client) -> None:
        with time_machine.travel(timezone.now() + LATER):
            asked = browser.get(f"{SECURITY}/authenticator")
            browser.post(asked.headers["Location"], {"password": "guessed"})

            assert browser.get(f"{SECURITY}/authenticator").status_code == 302

    def test_takes_an_authenticator_as_well(self, browser: Client, ada: User) -> None:
        secret = with_authenticator(ada)
        with time_machine.travel(timezone.now() + LATER):
            asked = browser.get(f"{SECURITY}/codes/new")
            page = browser.get(asked.headers["Location"]).content.decode()
            way = re.search(r'href="(/sign-in/again/code[^"]*)"', page)
            assert way is not None
            answer = browser.post(way[1], {"code": code_of(secret)})

            assert answer.headers["Location"] == f"{SECURITY}/codes/new"


class TestAuthenticator:
    def test_is_set_up_by_its_first_code(
        self,
        browser: Client,
        ada: User,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        page = browser.get(f"{SECURITY}/authenticator")
        secret = page.context["form"].secret
        assert "<style" not in page.content.decode()
        assert " style=" not in page.content.decode()

        with django_capture_on_commit_callbacks(execute=True):
            answer = browser.post(f"{SECURITY}/authenticator", {"code": code_of(secret)})

        assert answer.headers["Location"] == f"{SECURITY}/codes"
        assert factors_of(ada) == ["recovery_codes", "totp"]
        assert "An authenticator was set up for your account." in letters_to("ada@example.org")[-1]

    def test_is_not_set_up_by_another(self, browser: Client, ada: User) -> None:
        browser.get(f"{SECURITY}/authenticator")

        assert browser.post(f"{SECURITY}/authenticator", {"code": "000000"}).status_code == 200
        assert factors_of(ada) == []

    def test_lies_encrypted(self, ada: User) -> None:
        secret = with_authenticator(ada)

        [row] = Authenticator.objects.all()
        assert secret not in str(row.data)
        assert row.wrap().validate_code(code_of(secret))

    def test_is_read_with_the_key_before(self, ada: User, settings: Settings) -> None:
        secret = with_authenticator(ada)
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "a newer one"

        assert Authenticator.objects.get().wrap().validate_code(code_of(secret))

    def test_is_removed(self, browser: Client, ada: User) -> None:
        with_authenticator(ada)

        browser.post(f"{SECURITY}/authenticator/remove")

        assert factors_of(ada) == []

    def test_of_staff_stays(self, ada: User, settings: Settings) -> None:
        settings.STAFF_SECOND_FACTOR = True
        User.objects.update(is_staff=True)
        browser = sign_in(ada)
        with_authenticator(ada)

        page = browser.post(f"{SECURITY}/authenticator/remove")

        assert "keeps a second factor" in page.content.decode()
        assert factors_of(ada) == ["totp"]


class TestRecoveryCodes:
    @pytest.fixture
    def codes(self, browser: Client, ada: User) -> list[str]:
        with_authenticator(ada)
        browser.post(f"{SECURITY}/codes/new")
        page = browser.get(f"{SECURITY}/codes").content.decode()
        return re.findall(r"<li><code>(\d{8})</code>", page)

    def test_are_ten(self, codes: list[str]) -> None:
        assert len(set(codes)) == 10

    def test_let_in_once_each(self, codes: list[str], client: Client) -> None:
        for expected in (302, 200):
            client = Client()
            client.post("/sign-in/", {"login": "ada", "password": PASSWORD})
            cache.clear()
            answer = client.post("/sign-in/second-step", {"code": codes[0]})
            assert answer.status_code == expected

    def test_are_saved_as_a_file(self, codes: list[str], browser: Client) -> None:
        file = browser.get(f"{SECURITY}/codes/file")

        assert file.content.decode().split() == codes
        assert file.headers["Cache-Control"] == "no-store"

    def test_are_not_shown_to_who_finds_the_browser_open(
        self, codes: list[str], browser: Client
    ) -> None:
        with time_machine.travel(timezone.now() + LATER):
            assert browser.get(f"{SECURITY}/codes").status_code == 302
            assert browser.get(f"{SECURITY}/codes/file").status_code == 302

    def test_lie_encrypted(self, codes: list[str]) -> None:
        stored = str(Authenticator.objects.get(type="recovery_codes").data)

        assert not any(code in stored for code in codes)
