"""Looking at somebody's pages: all that they see, nothing that acts, and they are told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.conduct.looking import let_look_at, pages_to_look_at
from accounts.conduct.models import Looking
from accounts.mail.models import Mail
from accounts.mail.rendering import render_mail
from accounts.models import StaffEntry, User


@pytest.fixture
def ada(db: None) -> User:
    """She is looked at."""
    return User.objects.create_user("ada", "ada@example.org", "correct horse battery")


@pytest.fixture
def sam(db: None) -> User:
    """He supports people."""
    sam = User.objects.create_user("sam", "sam@example.org", is_staff=True)
    sam.groups.add(Group.objects.get(name="support"))
    return sam


@pytest.fixture
def desk(client: Client, sam: User) -> Client:
    client.force_login(sam)
    return client


def begin(desk: Client, user: User) -> Looking | None:
    desk.post(f"/admin/accounts/user/{user.pk}/look/", {"reason": "ticket 7"})
    return Looking.objects.order_by("pk").last()


def names(patterns: list[URLPattern | URLResolver]) -> set[str]:
    found: set[str] = set()
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found |= names(pattern.url_patterns)
        elif pattern.name:
            found.add(pattern.name)
    return found


class TestPages:
    def test_are_those_of_the_person_with_a_banner(self, desk: Client, ada: User) -> None:
        begin(desk, ada)

        page = desk.get("/settings/profile")

        text = page.content.decode()
        assert page.context["user"] == ada
        assert "You look at somebody else’s pages" in text
        assert "ticket 7" in text
        assert "no-store" in page.headers["Cache-Control"]

    def test_are_the_staffs_own_again_afterwards(self, desk: Client, ada: User, sam: User) -> None:
        looking = begin(desk, ada)

        answer = desk.post("/looking/end")

        assert answer.headers["Location"] == f"/admin/accounts/user/{ada.pk}/change/"
        assert desk.get("/settings/profile").context["user"] == sam
        looking.refresh_from_db()
        assert looking.ended_at is not None

    @pytest.mark.parametrize(
        "address",
        [
            "/settings/security",
            "/settings/security/codes",
            "/settings/sessions",
            "/settings/payout/",
            "/settings/privacy/delete",
            "/settings/privacy/export/1",
            "/oauth/authorize",
            "/rest/v2/user",
            "/admin/",
            "/admin/accounts/user/",
            "/nothing/here",
        ],
    )
    def test_that_open_an_account_are_shut(self, desk: Client, ada: User, address: str) -> None:
        begin(desk, ada)

        answer = desk.get(address)

        assert answer.status_code == 403
        assert "Not while you look" in answer.content.decode()

    @pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
    @pytest.mark.parametrize(
        "address",
        ["/settings/profile", "/settings/mail", "/language/setlang/", "/oauth/token", "/rest/v2/"],
    )
    def test_let_nobody_act(self, desk: Client, ada: User, address: str, method: str) -> None:
        begin(desk, ada)

        answer = getattr(desk, method)(address, {"username": "mallory", "language": "fr"})

        ada.refresh_from_db()
        assert answer.status_code == 403
        assert (ada.username, ada.language) == ("ada", "en")

    def test_cannot_write_even_where_they_try(
        self, desk: Client, ada: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A page that writes when it is only opened: the database refuses it."""
        begin(desk, ada)
        monkeypatch.setattr(
            "accounts.profile.views.ProfileForm.__init__",
            lambda *_arguments, **_named: User.objects.update(display_name="written"),
        )

        answer = desk.get("/settings/profile")

        ada.refresh_from_db()
        assert (answer.status_code, ada.display_name) == (403, "")

    def test_do_not_make_a_session_of_the_person(self, desk: Client, ada: User, sam: User) -> None:
        begin(desk, ada)
        session = desk.session
        session["presence_noted"] = 0
        session.save()

        desk.get("/settings/profile")

        assert not UserSession.objects.filter(user=ada).exists()
        assert desk.session["_auth_user_id"] == str(sam.pk)

    def test_open_for_somebody_who_did_nothing_yet(self, desk: Client, ada: User) -> None:
        """None of them makes rows when it is first opened."""
        begin(desk, ada)
        opened = {}
        for name in pages_to_look_at():
            for arguments in ([], ["ada"], ["2010-09"], [2010], ["ada", "2010-09"]):
                try:
                    address = reverse(name, args=arguments)
                except (NoReverseMatch, ValueError):
                    continue
                opened[address] = desk.get(address).status_code

        assert len(opened) > 20
        assert {address for address, status in opened.items() if status == 403} == set()

    def test_named_are_there_and_hold_no_credentials(self) -> None:
        known = names(get_resolver().url_patterns)
        shut = ("mfa", "account_", "oauth", "session", "export", "payout_", "token", "connect")

        assert pages_to_look_at() <= known
        assert not [one for one in pages_to_look_at() if any(part in one for part in shut)]


class TestEnd:
    def test_comes_by_itself_and_does_not_do_what_was_sent(
        self, desk: Client, ada: User, sam: User
    ) -> None:
        looking = begin(desk, ada)
        past = timezone.now() - timedelta(minutes=20)
        Looking.objects.filter(pk=looking.pk).update(
            began_at=past, until=past + timedelta(minutes=15)
        )

        answer = desk.post("/settings/profile", {"username": "mallory", "language": "fr"})

        sam.refresh_from_db()
        assert (answer.status_code, sam.username) == (403, "sam")
        assert desk.get("/settings/profile").context["user"] == sam

    def test_comes_with_the_right(self, desk: Client, ada: User, sam: User) -> None:
        begin(desk, ada)
        sam.groups.clear()

        assert desk.get("/settings/profile").status_code == 403
        assert desk.get("/settings/profile").context["user"] == sam

    def test_comes_where_the_person_joins_the_staff(self, desk: Client, ada: User) -> None:
        begin(desk, ada)
        User.objects.filter(pk=ada.pk).update(is_staff=True)

        assert desk.get("/settings/profile").status_code == 403

    def test_comes_with_signing_out(self, desk: Client, ada: User) -> None:
        begin(desk, ada)

        desk.post("/sign-out/")

        assert "looking" not in desk.session
        assert desk.get("/settings/profile").headers["Location"].startswith("/sign-in/")


class TestBeginning:
    def test_needs_the_right(self, client: Client, ada: User) -> None:
        rose = User.objects.create_user("rose", is_staff=True)
        rose.groups.add(Group.objects.get(name="moderation"))
        client.force_login(rose)

        answer = client.post(f"/admin/accounts/user/{ada.pk}/look/", {"reason": "curious"})

        assert answer.status_code == 403
        assert not Looking.objects.exists()

    def test_needs_a_second_factor(self, settings: Any, desk: Client, ada: User) -> None:
        settings.STAFF_SECOND_FACTOR = True

        begin(desk, ada)

        assert not Looking.objects.exists()

    def test_needs_a_reason(self, desk: Client, ada: User) -> None:
        desk.post(f"/admin/accounts/user/{ada.pk}/look/", {"reason": " "})

        assert not Looking.objects.exists()

    def test_is_refused_for_the_staff_and_oneself(self, desk: Client, sam: User) -> None:
        olga = User.objects.create_superuser("olga")
        rose = User.objects.create_user("rose", is_staff=True)

        for user in (olga, rose, sam):
            begin(desk, user)

        assert not Looking.objects.exists()
        assert StaffEntry.objects.filter(deed="begin_look", outcome="refused").count() == 3

    def test_of_another_session_opens_nothing(self, desk: Client, ada: User) -> None:
        """A number that was put into a session, of somebody else's look."""
        looking = begin(desk, ada)
        eve = User.objects.create_superuser("eve")
        browser = Client()
        browser.force_login(eve)
        session = browser.session
        session["looking"] = looking.pk
        session.save()

        browser.get("/settings/profile")

        assert browser.get("/settings/profile").context["user"] == eve

    def test_does_not_come_with_a_token_of_the_api(self, desk: Client, ada: User) -> None:
        begin(desk, ada)

        answer = Client().get("/rest/v2/user", headers={"Authorization": "Bearer nothing"})

        assert answer.status_code == 401


class TestTelling:
    def test_is_by_mail_and_in_the_settings_without_a_name(self, desk: Client, ada: User) -> None:
        begin(desk, ada)
        browser = Client()
        browser.force_login(ada)

        page = browser.get("/settings/privacy").content.decode()

        message = render_mail(Mail.objects.get(kind="looked_at"))
        for text in (message.body, page):
            assert "ticket 7" in text
            assert "sam" not in text

    def test_writes_each_page_to_the_log(self, desk: Client, ada: User, sam: User) -> None:
        begin(desk, ada)

        desk.get("/settings/profile")
        desk.get("/giving/")

        entries = StaffEntry.objects.filter(deed="look_as").order_by("pk")
        assert [(one.staff, one.about, one.subject) for one in entries] == [
            (sam, ada, "/settings/profile"),
            (sam, ada, "/giving/"),
        ]


class TestDatabase:
    @pytest.mark.parametrize(
        "wrong",
        [{"reason": ""}, {"until": timedelta(hours=2)}, {"until": timedelta(0)}, {"staff": "ada"}],
    )
    def test_refuses_what_is_not_to_be(self, ada: User, sam: User, wrong: dict[str, Any]) -> None:
        now = timezone.now()
        fields = {"user": ada, "staff": sam, "reason": "ticket 7", "until": timedelta(minutes=15)}
        fields |= wrong
        fields["until"] = now + fields["until"]  # type: ignore[operator]
        fields["staff"] = ada if fields["staff"] == "ada" else sam

        with pytest.raises(IntegrityError), transaction.atomic():
            Looking.objects.create(began_at=now, **fields)


def test_a_page_is_named_once_for_all() -> None:
    before = pages_to_look_at()

    let_look_at(*before)

    assert pages_to_look_at() == before
