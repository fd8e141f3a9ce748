"""Sessions: listed, and ended."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from people import PASSWORD, sign_in, signed_up
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from accounts.security.devices import name_of_device
from accounts.security.sessions import drop_dead_sessions

PAGE = "/settings/sessions"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def ada(db: None) -> User:
    return signed_up("ada")


@pytest.fixture
def browser(ada: User) -> Client:
    return sign_in(ada)


class TestList:
    def test_shows_device_and_address(self, ada: User, browser: Client) -> None:
        elsewhere = Client(headers={"User-Agent": FIREFOX}, REMOTE_ADDR="192.0.2.7")
        elsewhere.post("/sign-in/", {"login": "ada", "password": PASSWORD})

        page = browser.get(PAGE).content.decode()

        assert "Firefox on Linux" in page
        assert "192.0.2.7" in page
        assert page.count("this one") == 1

    def test_leaves_out_what_has_run_out(self, ada: User, browser: Client) -> None:
        sign_in(ada)
        [other] = UserSession.objects.order_by("-pk")[:1]
        Session.objects.filter(pk=other.session_key).update(expire_date=timezone.now())

        assert len(browser.get(PAGE).context["sessions"]) == 1

    def test_asks_no_more_of_the_database_for_more(
        self, ada: User, browser: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        browser.get(PAGE)
        with django_assert_num_queries(4):
            browser.get(PAGE)
        for _ in range(3):
            sign_in(ada)
        with django_assert_num_queries(4):
            browser.get(PAGE)


class TestEnding:
    def test_of_one_puts_it_out(self, ada: User, browser: Client) -> None:
        elsewhere = sign_in(ada)
        other = UserSession.objects.get(session_key=elsewhere.session.session_key)

        browser.post(f"{PAGE}/{other.pk}/end")

        assert elsewhere.get(PAGE).status_code == 302
        assert browser.get(PAGE).status_code == 200

    def test_of_all_others_leaves_this_one(self, ada: User, browser: Client) -> None:
        others = [sign_in(ada), sign_in(ada)]

        browser.post(f"{PAGE}/end-others")

        assert [other.get(PAGE).status_code for other in others] == [302, 302]
        assert browser.get(PAGE).status_code == 200

    def test_of_somebody_elses_is_refused(self, ada: User, browser: Client) -> None:
        eve = sign_in(signed_up("eve"))
        hers = UserSession.objects.get(session_key=browser.session.session_key)

        assert eve.post(f"{PAGE}/{hers.pk}/end").status_code == 404
        assert browser.get(PAGE).status_code == 200


class TestPresence:
    def test_is_noted_every_ten_minutes(self, browser: Client) -> None:
        [before] = UserSession.objects.values_list("last_seen_at", flat=True)
        with time_machine.travel(timezone.now() + timedelta(minutes=9)):
            browser.get("/")
        [same] = UserSession.objects.values_list("last_seen_at", flat=True)
        with time_machine.travel(timezone.now() + timedelta(minutes=11)):
            browser.get("/")
        [after] = UserSession.objects.values_list("last_seen_at", flat=True)

        assert before == same < after


class TestDropDeadSessions:
    def test_forgets_what_ran_out_and_nothing_else(self, ada: User, browser: Client) -> None:
        sign_in(ada)
        key = browser.session.session_key
        Session.objects.exclude(pk=key).update(expire_date=timezone.now())

        drop_dead_sessions(at=timezone.now())

        assert [row.session_key for row in UserSession.objects.all()] == [key]
        assert [row.pk for row in Session.objects.all()] == [key]


class TestNameOfDevice:
    @pytest.mark.parametrize(
        ("said", "name"),
        [
            (FIREFOX, "Firefox on Linux"),
            (
                (
                    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15"
                    " (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
                ),
                "Safari on iPhone",
            ),
            (
                (
                    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36"
                    " (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"
                ),
                "Edge on Windows",
            ),
            (
                (
                    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
                    " Chrome/140.0.0.0 Mobile Safari/537.36"
                ),
                "Chrome on Android",
            ),
            ("curl/8", "Unknown device"),
            ("", "Unknown device"),
        ],
    )
    def test_is_what_people_call_it(self, said: str, name: str) -> None:
        assert name_of_device(said) == name
