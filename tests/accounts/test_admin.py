"""The admin pages of people."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from accounts.models import User

LIST = "/admin/accounts/user/"


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user("ada")


@pytest.fixture
def ben(db: None) -> User:
    return User.objects.create_user("ben", suspended=True)


@pytest.fixture
def olga(client: Client, db: None) -> Client:
    client.force_login(User.objects.create_superuser("olga"))
    return client


class TestUserAdmin:
    def test_suspends_the_chosen(self, olga: Client, ada: User, ben: User) -> None:
        chosen = {"action": "suspend", "_selected_action": [ada.pk, ben.pk]}

        olga.post(LIST, chosen)

        ada.refresh_from_db()
        assert ada.suspended
        assert [entry.object_repr for entry in LogEntry.objects.all()] == ["ada"]

    def test_lifts_the_suspension_of_the_chosen(self, olga: Client, ada: User, ben: User) -> None:
        chosen = {"action": "lift_suspension", "_selected_action": [ada.pk, ben.pk]}

        olga.post(LIST, chosen)

        ben.refresh_from_db()
        assert not ben.suspended
        assert [entry.object_repr for entry in LogEntry.objects.all()] == ["ben"]

    def test_makes_a_user(self, olga: Client) -> None:
        answers = {
            "username": "eve",
            "email": "",
            "usable_password": "true",
            "password1": "correct horse battery",
            "password2": "correct horse battery",
        }

        response = olga.post(f"{LIST}add/", answers)

        assert response.status_code == 302, response.context["errors"]
        assert User.objects.get(username="eve").email is None

    def test_changes_a_user(self, olga: Client, ada: User) -> None:
        answers = {
            "username": "ada",
            "display_name": "Ada",
            "email": "ada@example.org",
            "language": "fr",
            "time_zone": "Europe/Paris",
            "visibility": "1",
            "suspended": "on",
            "is_active": "on",
        }

        response = olga.post(f"{LIST}{ada.pk}/change/", answers)

        assert response.status_code == 302, response.context["errors"]
        ada.refresh_from_db()
        assert (ada.display_name, ada.language, ada.suspended) == ("Ada", "fr", True)

    @pytest.mark.parametrize("text", ["ada", "lovelace", "ada@"])
    def test_finds_by_name_and_address(self, olga: Client, ada: User, text: str) -> None:
        User.objects.filter(pk=ada.pk).update(display_name="A. Lovelace", email="ada@example.org")

        response = olga.get(LIST, {"q": text})

        assert list(response.context["cl"].result_list) == [ada]
