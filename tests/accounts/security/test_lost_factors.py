"""Who lost their second factors is let in again by two of the staff."""

from __future__ import annotations

from datetime import UTC, datetime
from mailbox import letters_to

import pytest
from allauth.usersessions.models import UserSession
from at_once import at_once
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from people import factors_of, sign_in, signed_up, with_authenticator

from accounts.models import FactorRemoval, User
from accounts.security.lost_factors import (
    AlreadyAsked,
    NoFactors,
    NotAsked,
    OnlyBySuperusers,
    SamePerson,
    ask_to_remove_factors,
    remove_factors,
)

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
REMOVALS = "/admin/accounts/factorremoval/"


@pytest.fixture
def ada(db: None) -> User:
    user = signed_up("ada")
    with_authenticator(user)
    return user


@pytest.fixture
def olga(db: None) -> User:
    return signed_up("olga", is_staff=True, is_superuser=True)


@pytest.fixture
def paul(db: None) -> User:
    return signed_up("paul", is_staff=True, is_superuser=True)


def ask(user: User, by: User | None) -> FactorRemoval:
    return ask_to_remove_factors(user=user, by=by, reason="Lost in the sea", at=NOON)


class TestRemoveFactors:
    def test_takes_two(self, ada: User, olga: User, paul: User) -> None:
        ask(ada, olga)

        removal = remove_factors(user=ada, by=paul, at=NOON)

        assert factors_of(ada) == []
        assert (removal.asked_by, removal.done_by) == (olga, paul)

    def test_is_not_for_who_asked(self, ada: User, olga: User) -> None:
        ask(ada, olga)

        with pytest.raises(SamePerson):
            remove_factors(user=ada, by=olga, at=NOON)
        assert factors_of(ada) == ["totp"]

    def test_is_not_for_who_asked_in_the_database_either(self, ada: User, olga: User) -> None:
        removal = ask(ada, olga)

        with pytest.raises(IntegrityError, match="by_two_people"), transaction.atomic():
            FactorRemoval.objects.filter(pk=removal.pk).update(done_by=olga, done_at=NOON)

    def test_is_asked_for_first(self, ada: User, paul: User) -> None:
        with pytest.raises(NotAsked):
            remove_factors(user=ada, by=paul, at=NOON)

    def test_is_done_once(self, ada: User, olga: User, paul: User) -> None:
        ask(ada, olga)
        remove_factors(user=ada, by=paul, at=NOON)

        with pytest.raises(NotAsked):
            remove_factors(user=ada, by=paul, at=NOON)

    def test_of_staff_is_for_superusers(self, ada: User, olga: User) -> None:
        User.objects.filter(pk=ada.pk).update(is_staff=True)
        ada.refresh_from_db()
        User.objects.filter(pk=olga.pk).update(is_superuser=False)
        olga.refresh_from_db()

        with pytest.raises(OnlyBySuperusers):
            ask(ada, olga)

    def test_ends_all_sessions_and_tells(self, ada: User, olga: User, paul: User) -> None:
        UserSession.objects.create(user=ada, session_key="k", ip="203.0.113.9", user_agent="x")
        ask(ada, paul)
        remove_factors(user=ada, by=olga, at=NOON)

        asked, done = letters_to("ada@example.org")
        assert "Somebody asked us to remove all second factors" in asked
        assert "A password alone opens your account now" in done
        assert not UserSession.objects.filter(user=ada).exists()


class TestAsk:
    def test_is_for_who_has_factors(self, olga: User) -> None:
        with pytest.raises(NoFactors):
            ask(olga, None)

    def test_is_once(self, ada: User, olga: User, paul: User) -> None:
        ask(ada, olga)

        with pytest.raises(AlreadyAsked):
            ask(ada, paul)

    @pytest.mark.django_db(transaction=True)
    def test_at_once_is_once(self, ada: User, olga: User, paul: User) -> None:
        answers = at_once(lambda: ask(ada, olga), lambda: ask(ada, paul))

        assert {type(answer) for answer in answers} == {FactorRemoval, AlreadyAsked}


class TestAdmin:
    def test_asks_and_another_one_does(self, ada: User, olga: User, paul: User) -> None:
        sign_in(olga).post(f"{REMOVALS}add/", {"user": ada.pk, "reason": "Lost in the sea"})
        removal = FactorRemoval.objects.get()
        chosen = {"action": "remove", "_selected_action": [removal.pk]}
        refused = sign_in(olga).post(REMOVALS, chosen, follow=True)
        assert "somebody else does it" in refused.content.decode()

        sign_in(paul).post(REMOVALS, chosen)

        assert factors_of(ada) == []
        assert {entry.user for entry in LogEntry.objects.all()} == {olga, paul}

    def test_says_what_is_refused(self, olga: User, paul: User) -> None:
        answer = sign_in(olga).post(
            f"{REMOVALS}add/", {"user": paul.pk, "reason": "Lost"}, follow=True
        )

        assert "This account has no second factors." in answer.content.decode()


class TestCommand:
    def test_does_both(self, ada: User) -> None:
        call_command("remove_factors", "ada", "Lost in the sea")

        assert factors_of(ada) == []
        assert FactorRemoval.objects.get().reason == "Lost in the sea"

    def test_refuses_who_is_not_there(self, db: None) -> None:
        with pytest.raises(CommandError, match="nobody"):
            call_command("remove_factors", "eve", "Lost")
