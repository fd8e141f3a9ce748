"""Connections are listed with the sessions, and end with them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from people import PASSWORD, sign_in, signed_up

from accounts.models import User
from payments.clicking.connecting import digest_of
from things.sites.models import Connection, Site

PAGE = "/settings/sessions"


@pytest.fixture
def ada(db: None) -> User:
    return signed_up("ada")


@pytest.fixture
def browser(ada: User) -> Client:
    return sign_in(ada)


@pytest.fixture
def connection(ada: User) -> Connection:
    ben = User.objects.create_user("ben")
    now = timezone.now()
    site = Site.objects.create(host="ben.example", owner=ben, asked_at=now, verified_at=now)
    return Connection.objects.create(
        secret_sha256=digest_of("x"), subscriber=ada, site=site, made_at=now, used_at=now
    )


class TestConnections:
    def test_are_listed(self, browser: Client, connection: Connection) -> None:
        assert "ben.example" in browser.get(PAGE).content.decode()

    def test_are_left_out_when_they_have_run_out(
        self, browser: Client, connection: Connection
    ) -> None:
        Connection.objects.update(used_at=timezone.now() - timedelta(days=91))

        assert "ben.example" not in browser.get(PAGE).content.decode()

    def test_are_ended_one_by_one(self, browser: Client, connection: Connection) -> None:
        answer = browser.post(f"/connections/{connection.pk}/end", {"back": "sessions"})

        assert answer.headers["Location"] == PAGE
        assert not Connection.objects.exists()

    def test_end_with_the_sessions(self, browser: Client, connection: Connection) -> None:
        browser.post(f"{PAGE}/end-others")

        assert not Connection.objects.exists()

    def test_end_with_the_old_password(self, browser: Client, connection: Connection) -> None:
        browser.post(
            "/settings/security/password",
            {"oldpassword": PASSWORD, "password1": "another long one"},
        )

        assert not Connection.objects.exists()
