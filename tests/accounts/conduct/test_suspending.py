"""Suspending and restoring people: with a reason, which they read, and where to object."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from at_once import at_once
from django.contrib.auth.models import Group
from django.test import Client

from accounts.conduct.suspending import (
    AlreadySuspended,
    NotSuspended,
    NotYoursToSuspend,
    restore_user,
    suspend_user,
)
from accounts.mail.models import Mail
from accounts.mail.rendering import render_mail
from accounts.models import StaffEntry, User

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user("ada", "ada@example.org")


@pytest.fixture
def olga(db: None) -> User:
    return User.objects.create_superuser("olga")


@pytest.fixture
def rose(db: None) -> User:
    """She moderates."""
    rose = User.objects.create_user("rose", is_staff=True)
    rose.groups.add(Group.objects.get(name="moderation"))
    return rose


def suspend(user: User, by: User) -> User:
    return suspend_user(user=user, reason="a ring of accounts", by=by, at=NOON)


def restore(user: User, by: User) -> User:
    return restore_user(user=user, reason="we were wrong", by=by, at=NOON)


class TestSuspendUser:
    def test_tells_them_why_and_where_to_object(self, settings: Any, ada: User, rose: User) -> None:
        settings.APPEAL_ADDRESS = "appeals@obole.example"

        suspend(ada, rose)

        ada.refresh_from_db()
        assert (ada.suspended, ada.suspension_reason) == (True, "a ring of accounts")
        message = render_mail(Mail.objects.get())
        assert message.subject == "Your account is suspended"
        for body in (message.body, message.alternatives[0].content):  # type: ignore[attr-defined]
            assert "a ring of accounts" in body
            assert "appeals@obole.example" in body

    def test_speaks_their_language(self, settings: Any, ada: User, rose: User) -> None:
        settings.APPEAL_ADDRESS = "appeals@obole.example"
        ada.language = "fr"
        ada.save()

        suspend(ada, rose)

        message = render_mail(Mail.objects.get())
        assert message.subject == "Votre compte est suspendu"
        assert "appeals@obole.example" in message.body

    def test_is_refused_twice(self, ada: User, rose: User) -> None:
        suspend(ada, rose)

        with pytest.raises(AlreadySuspended):
            suspend(ada, rose)

    def test_is_refused_for_oneself_and_for_staff(self, rose: User, olga: User) -> None:
        sam = User.objects.create_user("sam", is_staff=True)

        for user in (rose, sam, olga):
            with pytest.raises(NotYoursToSuspend):
                suspend(user, rose)
        suspend(sam, olga)

    @pytest.mark.django_db(transaction=True)
    def test_sends_one_mail_where_two_do_it_at_once(self, ada: User, olga: User) -> None:
        outcomes = at_once(lambda: suspend(ada, olga), lambda: suspend(ada, olga))

        assert sum(isinstance(one, AlreadySuspended) for one in outcomes) == 1
        assert Mail.objects.count() == 1


class TestRestoreUser:
    def test_forgets_the_reason_and_tells_them(self, ada: User, rose: User) -> None:
        suspend(ada, rose)

        restore(ada, rose)

        ada.refresh_from_db()
        assert (ada.suspended, ada.suspension_reason) == (False, "")
        message = render_mail(Mail.objects.latest("pk"))
        assert message.subject == "Your account is no longer suspended"
        assert "we were wrong" in message.body

    def test_is_refused_where_there_is_nothing_to_lift(self, ada: User, rose: User) -> None:
        with pytest.raises(NotSuspended):
            restore(ada, rose)


class TestPages:
    def test_suspend_and_restore_and_write_both_down(
        self, client: Client, ada: User, rose: User
    ) -> None:
        client.force_login(rose)
        address = f"/admin/accounts/user/{ada.pk}/suspension/"

        asked = client.get(address)
        client.post(address, {"reason": "a ring", "to": "suspended"})
        client.post(address, {"reason": "a ring", "to": "suspended"})
        client.post(address, {"reason": "none", "to": "restored"})

        assert b"Reason" in asked.content
        entries = StaffEntry.objects.filter(deed__in=["suspend", "restore"]).order_by("pk")
        assert [(one.deed, one.reason, one.outcome) for one in entries] == [
            ("suspend", "a ring", "done"),
            ("suspend", "a ring", "refused"),
            ("restore", "none", "done"),
        ]
        assert entries[0].after == {"suspended": "True", "suspension_reason": "a ring"}
        assert Mail.objects.count() == 2

    def test_want_a_reason(self, client: Client, ada: User, rose: User) -> None:
        client.force_login(rose)

        client.post(f"/admin/accounts/user/{ada.pk}/suspension/", {"reason": " "})
        client.post("/admin/accounts/user/", {"action": "suspend", "_selected_action": [ada.pk]})

        ada.refresh_from_db()
        assert not ada.suspended

    def test_are_shut_to_who_may_not(self, client: Client, ada: User) -> None:
        sam = User.objects.create_user("sam", is_staff=True)
        sam.groups.add(Group.objects.get(name="support"))
        client.force_login(sam)

        answer = client.post(f"/admin/accounts/user/{ada.pk}/suspension/", {"reason": "x"})

        ada.refresh_from_db()
        assert (answer.status_code, ada.suspended) == (403, False)

    def test_of_the_suspended_say_so(
        self, client: Client, settings: Any, ada: User, rose: User
    ) -> None:
        settings.APPEAL_ADDRESS = "appeals@obole.example"
        suspend(ada, rose)
        client.force_login(ada)

        page = client.get("/settings/profile").content.decode()

        assert "a ring of accounts" in page
        assert "appeals@obole.example" in page
