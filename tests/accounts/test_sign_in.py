"""Signing in and out."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User

PASSWORD = "correct horse"


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user("ada", password=PASSWORD)


class TestSignIn:
    def test_leads_to_what_the_subscriber_gave(self, client: Client, ada: User) -> None:
        response = client.post("/sign-in/", {"username": "ada", "password": PASSWORD})

        assert response.headers["Location"] == "/giving/"
        assert client.get("/giving/").status_code == 200

    def test_leads_back_to_the_page_that_asked_for_it(self, client: Client, ada: User) -> None:
        asked = client.get("/giving/2010-09/")

        response = client.post(
            asked.headers["Location"],
            {"username": "ada", "password": PASSWORD, "next": "/giving/2010-09/"},
        )

        assert asked.headers["Location"] == "/sign-in/?next=/giving/2010-09/"
        assert response.headers["Location"] == "/giving/2010-09/"

    def test_leads_to_no_other_site(self, client: Client, ada: User) -> None:
        response = client.post(
            "/sign-in/",
            {"username": "ada", "password": PASSWORD, "next": "https://elsewhere.example/"},
        )

        assert response.headers["Location"] == "/giving/"

    def test_refuses_a_wrong_password(self, client: Client, ada: User) -> None:
        response = client.post("/sign-in/", {"username": "ada", "password": "guessed"})

        assert response.status_code == 200
        assert 'role="alert"' in response.content.decode()
        assert client.get("/giving/").status_code == 302

    def test_sends_who_is_signed_in_on(self, client: Client, ada: User) -> None:
        client.force_login(ada)

        assert client.get("/sign-in/").headers["Location"] == "/giving/"


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
