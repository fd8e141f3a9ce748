"""The admin pages of people."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.test import Client

from accounts.models import StaffEntry, User

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
        chosen = {"action": "suspend", "reason": "a ring", "_selected_action": [ada.pk, ben.pk]}

        olga.post(LIST, chosen)

        ada.refresh_from_db()
        assert ada.suspended
        assert [entry.object_repr for entry in LogEntry.objects.all()] == ["ada"]

    def test_lifts_the_suspension_of_the_chosen(self, olga: Client, ada: User, ben: User) -> None:
        chosen = {"action": "lift_suspension", "reason": "none"}
        chosen["_selected_action"] = [ada.pk, ben.pk]

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
            "is_active": "on",
        }

        response = olga.post(f"{LIST}{ada.pk}/change/", answers)

        assert response.status_code == 302, response.context["errors"]
        ada.refresh_from_db()
        assert (ada.display_name, ada.language) == ("Ada", "fr")

    @pytest.mark.parametrize("text", ["ada", "lovelace", "ada@"])
    def test_finds_by_name_and_address(self, olga: Client, ada: User, text: str) -> None:
        User.objects.filter(pk=ada.pk).update(display_name="A. Lovelace", email="ada@example.org")

        response = olga.get(LIST, {"q": text})

        assert list(response.context["cl"].result_list) == [ada]


class TestRights:
    """What those who may change people may not do to them."""

    @pytest.fixture
    def rose(self, db: None) -> User:
        return self.member("rose", "admin")

    def member(self, name: str, group: str) -> User:
        made = User.objects.create_user(name, is_staff=True)
        made.groups.add(Group.objects.get(name=group))
        return made

    def change(self, by: User, user: User, **wanted: str) -> int:
        answers = {
            "username": user.username,
            "display_name": "",
            "email": "",
            "language": "en",
            "time_zone": "UTC",
            "visibility": "1",
            "is_active": "on",
        }
        browser = Client()
        browser.force_login(by)
        return browser.post(f"{LIST}{user.pk}/change/", answers | wanted).status_code

    def test_support_takes_nobodys_address_or_name(self, ada: User) -> None:
        sam = self.member("sam", "support")

        status = self.change(
            sam, ada, username="eve", email="eve@example.org", suspended="on", display_name="A"
        )

        ada.refresh_from_db()
        assert (status, ada.username, ada.email) == (302, "ada", None)
        assert (ada.suspended, ada.display_name) == (False, "A")

    def test_support_makes_nobody_staff(self, ada: User) -> None:
        group = Group.objects.get(name="finance")

        self.change(self.member("sam", "support"), ada, is_staff="on", groups=str(group.pk))

        ada.refresh_from_db()
        assert not ada.is_staff
        assert not ada.groups.exists()

    def test_who_appoints_makes_staff_and_no_superusers(self, rose: User, ada: User) -> None:
        group = Group.objects.get(name="finance")

        self.change(rose, ada, is_staff="on", is_superuser="on", groups=str(group.pk))

        ada.refresh_from_db()
        assert (ada.is_staff, ada.is_superuser) == (True, False)
        assert [one.name for one in ada.groups.all()] == ["finance"]

    def test_nobody_gives_rights_to_themselves(self, rose: User) -> None:
        group = Group.objects.get(name="finance")

        assert self.change(rose, rose, groups=str(group.pk), is_staff="on") == 302

        assert [one.name for one in rose.groups.all()] == ["admin"]

    def test_support_changes_no_staff_and_nobody_changes_a_superuser(self, rose: User) -> None:
        olga = User.objects.create_superuser("olga")
        sam = self.member("sam", "support")

        assert self.change(sam, rose, display_name="X") == 403
        assert self.change(rose, olga, display_name="X") == 403

    def test_nobody_suspends_staff_in_passing(self, rose: User, ada: User) -> None:
        mia = self.member("mia", "moderation")
        browser = Client()
        browser.force_login(mia)

        browser.post(
            LIST,
            {
                "action": "suspend",
                "reason": "a ring",
                "_selected_action": [rose.pk, mia.pk, ada.pk],
            },
        )

        suspended = User.objects.filter(suspended=True)
        assert [user.username for user in suspended] == ["ada"]

    def test_nobody_sets_a_password(self, rose: User, ada: User) -> None:
        browser = Client()
        browser.force_login(rose)

        assert browser.get(f"{LIST}{ada.pk}/password/").status_code == 403


class TestDelete:
    def test_says_what_goes_and_asks_why(self, olga: Client, ada: User) -> None:
        page = olga.get(f"{LIST}{ada.pk}/delete/").content.decode()

        assert "is deleted for good" in page
        assert 'name="reason"' in page

    def test_is_the_one_that_keeps_the_books(self, olga: Client, ada: User) -> None:
        olga.post(f"{LIST}{ada.pk}/delete/", {"post": "yes", "reason": "asked by letter"})

        ada.refresh_from_db()
        assert ada.username.startswith("deleted-")
        assert "asked by letter" in {entry.reason for entry in StaffEntry.objects.all()}
        assert "ada" not in {entry.object_repr for entry in LogEntry.objects.all()}

    def test_is_not_done_without_a_reason(self, olga: Client, ada: User) -> None:
        olga.post(f"{LIST}{ada.pk}/delete/", {"post": "yes", "reason": " "})

        ada.refresh_from_db()
        assert ada.username == "ada"

    def test_waits_for_what_is_to_be_settled(self, olga: Client, ada: User) -> None:
        User.objects.filter(pk=ada.pk).update(is_staff=True)
        page = olga.get(f"{LIST}{ada.pk}/delete/").content.decode()
        refused = olga.post(f"{LIST}{ada.pk}/delete/", {"post": "yes", "reason": "x"})

        assert "must be released first" in page
        assert "must be released first" in refused.content.decode()
        ada.refresh_from_db()
        assert ada.username == "ada"

    def test_of_many_at_once_is_not_offered(self, olga: Client, ada: User) -> None:
        chosen = {"action": "delete_selected", "_selected_action": [ada.pk], "post": "yes"}

        olga.post(LIST, chosen)

        assert User.objects.filter(pk=ada.pk, username="ada").exists()
