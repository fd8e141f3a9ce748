"""The admin opens to who showed a second factor."""

from __future__ import annotations

import time

import pytest
from django.test import Client
from people import PASSWORD, code_of, sign_in, signed_up, with_authenticator
from pytest_django import Settings

from accounts.models import User

ADMIN = "/admin/accounts/user/"


@pytest.fixture
def olga(db: None, settings: Settings) -> User:
    settings.STAFF_SECOND_FACTOR = True
    return signed_up("olga", is_staff=True, is_superuser=True)


class TestAdmin:
    def test_leads_staff_without_one_to_where_it_is_set_up(self, olga: User) -> None:
        answer = sign_in(olga).get(ADMIN, follow=True)

        assert answer.redirect_chain == [("/settings/security", 302)]
        assert "The administration opens to who has a second factor" in answer.content.decode()

    def test_opens_to_who_signed_in_with_one(self, olga: User) -> None:
        secret = with_authenticator(olga)
        browser = sign_in(olga)
        browser.post("/sign-in/second-step", {"code": code_of(secret)})

        assert browser.get(ADMIN).status_code == 200

    def test_asks_for_it_in_sessions_from_before(self, olga: User) -> None:
        browser = sign_in(olga)
        secret = with_authenticator(olga)

        asked = browser.get(ADMIN)
        assert asked.headers["Location"].startswith("/sign-in/again/code?next=%2Fadmin%2F")
        browser.post(asked.headers["Location"], {"code": code_of(secret)})

        assert browser.get(ADMIN).status_code == 200

    def test_asks_for_it_again_where_nobody_was_there_for_a_while(self, olga: User) -> None:
        browser = came_in(olga)
        _shown_ago(browser, minutes=31)

        assert browser.get(ADMIN).headers["Location"].startswith("/sign-in/again/code")

    def test_stays_open_to_who_is_there(self, olga: User) -> None:
        browser = came_in(olga)
        _shown_ago(browser, minutes=50, seen_minutes=20)

        assert browser.get(ADMIN).status_code == 200

    def test_asks_for_it_again_the_next_day(self, olga: User) -> None:
        browser = came_in(olga)
        _shown_ago(browser, minutes=601, seen_minutes=1)

        answer = browser.post(ADMIN, {"action": "suspend", "_selected_action": [olga.pk]})

        assert answer.headers["Location"] == "/sign-in/again/code?next=%2Fadmin%2F"

    def test_lets_no_deed_through_either(self, olga: User) -> None:
        browser = sign_in(olga)

        browser.post(ADMIN, {"action": "suspend", "_selected_action": [olga.pk]})

        olga.refresh_from_db()
        assert not olga.suspended

    def test_has_no_door_of_its_own(self, olga: User, client: Client) -> None:
        answer = client.post("/admin/login/", {"username": "olga", "password": PASSWORD})

        assert answer.headers["Location"].startswith("/sign-in/?next=")
        assert client.get("/settings/profile").status_code == 302

    def test_is_closed_to_others(self, olga: User) -> None:
        assert sign_in(signed_up("ada")).get("/admin/", follow=True).status_code == 403

    def test_opens_by_password_where_a_developer_said_so(
        self, olga: User, settings: Settings
    ) -> None:
        settings.STAFF_SECOND_FACTOR = False

        assert sign_in(olga).get(ADMIN).status_code == 200


def came_in(olga: User) -> Client:
    secret = with_authenticator(olga)
    browser = sign_in(olga)
    browser.post("/sign-in/second-step", {"code": code_of(secret)})
    assert browser.get(ADMIN).status_code == 200
    return browser


def _shown_ago(browser: Client, *, minutes: int, seen_minutes: int | None = None) -> None:
    session = browser.session
    for record in session["account_authentication_methods"]:
        record["at"] -= minutes * 60
    session.pop("staff_seen", None)
    if seen_minutes is not None:
        session["staff_seen"] = time.time() - seen_minutes * 60
    session.save()
