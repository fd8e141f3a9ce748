"""The staff log: everything is in it, nothing leaves it, and no secret stands in it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts.models import StaffEntry, User
from accounts.staff.logged import Logged
from accounts.staff.recording import note_command
from things.models import Thing

ROOT = Path(__file__).resolve().parents[3]
PEOPLE = "/admin/accounts/user/"


@pytest.fixture
def olga(db: None) -> User:
    return User.objects.create_superuser("olga")


@pytest.fixture
def desk(client: Client, olga: User) -> Client:
    client.force_login(olga)
    return client


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user("ada", "ada@example.org", "correct horse battery")


def only_entry() -> StaffEntry:
    return StaffEntry.objects.get()


def answers(user: User, **changed: str) -> dict[str, str]:
    same = {
        "username": user.username,
        "display_name": user.display_name,
        "email": user.email or "",
        "language": "en",
        "time_zone": "UTC",
        "visibility": str(user.visibility),
        "is_active": "on",
    }
    return same | changed


class TestEntries:
    def test_tell_who_changed_what_of_whom_and_from_where(
        self, desk: Client, olga: User, ada: User
    ) -> None:
        desk.post(f"{PEOPLE}{ada.pk}/change/", answers(ada, language="fr"))

        entry = only_entry()
        assert (entry.staff, entry.about, entry.kind) == (olga, ada, "change")
        assert (entry.address, entry.subject, entry.row) == (
            "127.0.0.1",
            "accounts.user",
            str(ada.pk),
        )
        assert (entry.before, entry.after) == ({"language": "en"}, {"language": "fr"})

    def test_shorten_who_somebody_is(self, desk: Client, ada: User) -> None:
        desk.post(
            f"{PEOPLE}{ada.pk}/change/",
            answers(ada, display_name="Ada", email="lovelace@example.org"),
        )

        entry = only_entry()
        assert entry.before == {"email": "a…@example.org", "display_name": ""}
        assert entry.after == {"email": "l…@example.org", "display_name": "A…"}
        assert entry.called == ""

    def test_tell_of_a_new_password_and_not_which(self, desk: Client, ada: User) -> None:
        new = {
            "usable_password": "true",
            "password1": "another horse",
            "password2": "another horse",
        }

        answer = desk.post(f"{PEOPLE}{ada.pk}/password/", new)

        assert answer.status_code == 302
        assert (only_entry().before, only_entry().after) == ({"password": "…"}, {"password": "…"})

    def test_tell_of_each_row_of_a_deed_over_many(self, desk: Client, ada: User) -> None:
        ben = User.objects.create_user("ben", suspended=True)
        chosen = {"action": "suspend", "reason": "a ring", "_selected_action": [ada.pk, ben.pk]}

        desk.post(PEOPLE, chosen)

        told = StaffEntry.objects.order_by("row").values_list("about__username", "deed", "after")
        changed = {"suspended": "True", "suspension_reason": "a ring"}
        assert list(told) == [("ada", "suspend", changed), ("ben", "suspend", {})]

    def test_tell_what_was_deleted(self, desk: Client, ada: User) -> None:
        thing = Thing.objects.create(url="https://ada.example/1", title="One", owner=ada)

        desk.post(f"/admin/things/thing/{thing.pk}/delete/", {"post": "yes"})

        entry = only_entry()
        assert (entry.kind, entry.about, entry.called) == ("delete", ada, "One")
        assert entry.before["url"] == "https://ada.example/1"
        assert entry.after == {}

    def test_tell_what_was_added_and_its_lists(self, desk: Client, ada: User) -> None:
        group = Group.objects.create(name="guests")
        desk.post(
            f"{PEOPLE}{ada.pk}/change/", answers(ada, is_staff="on") | {"groups": str(group.pk)}
        )

        assert only_entry().after == {"is_staff": "True", "groups": "guests"}

    def test_tell_who_opened_the_page_of_a_row(self, desk: Client, ada: User) -> None:
        desk.get(f"{PEOPLE}{ada.pk}/change/")
        desk.get(PEOPLE)

        assert (only_entry().kind, only_entry().about) == ("look", ada)

    def test_tell_nothing_where_a_form_was_refused(self, desk: Client, ada: User) -> None:
        desk.post(f"{PEOPLE}{ada.pk}/change/", answers(ada, time_zone="Moon/Crater"))

        assert not StaffEntry.objects.exists()

    def test_tell_of_attempts(self, client: Client, ada: User) -> None:
        eve = User.objects.create_user("eve", is_staff=True)
        client.force_login(eve)

        client.post(f"{PEOPLE}{ada.pk}/change/", answers(ada, suspended="on"))

        entry = only_entry()
        assert (entry.staff, entry.outcome) == (eve, "refused")
        assert (entry.deed, entry.reason) == ("accounts_user_change", str(ada.pk))

    def test_are_written_for_every_model(self) -> None:
        assert all(isinstance(pages, Logged) for pages in admin.site._registry.values())


class TestDatabase:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE accounts_staffentry SET reason = 'nothing'",
            "DELETE FROM accounts_staffentry",
            "TRUNCATE accounts_staffentry",
        ],
    )
    def test_refuses_to_change_an_entry(self, db: None, statement: str) -> None:
        note_command(name="settle_month", arguments="2010-09", outcome=StaffEntry.Outcome.DONE)

        with pytest.raises(IntegrityError, match="kept as it was written"):
            _execute(f"SET CONSTRAINTS ALL IMMEDIATE; {statement}")

    def test_wants_to_know_who(self, db: None) -> None:
        with pytest.raises(IntegrityError, match="staff_entry_says_who"), transaction.atomic():
            StaffEntry.objects.create(at="2010-09-01T00:00Z", kind="look")


class TestCommands:
    def test_are_in_the_log_with_the_login_and_the_outcome(
        self, transactional_db: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from obole.noted_commands import run_noted

        monkeypatch.setenv("LOGNAME", "olga")

        run_noted(["manage.py", "settle_month", "2010-09"], lambda _arguments: None)
        with pytest.raises(SystemExit):
            run_noted(["manage.py", "settle_month", "nonsense"], lambda _arguments: sys.exit(2))
        run_noted(["manage.py", "audit"], lambda _arguments: None)
        run_noted(["manage.py", "settle_month", "2010-09", "--dry-run"], lambda _arguments: None)

        told = StaffEntry.objects.order_by("pk").values_list(
            "operator", "deed", "reason", "outcome"
        )
        assert list(told) == [
            ("olga", "settle_month", "2010-09", "done"),
            ("olga", "settle_month", "nonsense", "refused"),
        ]

    def test_go_through_it_from_the_command_line(self) -> None:
        helped = subprocess.run(
            [sys.executable, "manage.py", "settle_month", "--help"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )

        assert "Settle a month" in helped.stdout
        assert "run_noted" in (ROOT / "manage.py").read_text()


class TestList:
    def test_is_found_by_who_and_by_whom_it_concerns(
        self, desk: Client, olga: User, ada: User
    ) -> None:
        desk.get(f"{PEOPLE}{ada.pk}/change/")
        address = "/admin/accounts/staffentry/"

        for found in ("olga", "ada"):
            page = desk.get(address, {"q": found})
            assert [entry.about for entry in page.context["cl"].result_list] == [ada]
        assert not desk.get(address, {"q": "eve"}).context["cl"].result_list
        assert not desk.get(address, {"kind": "change"}).context["cl"].result_list
        assert desk.get(f"{address}{StaffEntry.objects.first().pk}/change/").status_code == 200


def _execute(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
