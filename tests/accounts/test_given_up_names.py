"""A name that was given up is nobody else's: old buttons carry it."""

from __future__ import annotations

from typing import Any

import pytest
from at_once import meanwhile
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone
from people import signed_up

from accounts.entrance.given_up import GivenUpName, digest_of, is_given_up
from accounts.models import User
from accounts.privacy.leaving import delete_account

UP = "/sign-up/"
FORM = {"email": "eve@example.org", "password1": "correct horse battery"}


@pytest.fixture
def ben(db: None) -> User:
    return signed_up("ben")


@pytest.fixture
def gone(ben: User) -> User:
    delete_account(user=ben, at=timezone.now())
    return ben


def renamed(user: User, name: str) -> None:
    user.username = name
    user.save(update_fields=["username"])


class TestGivenUpName:
    def test_keeps_no_name_and_nobody_of_who_left(self, gone: User) -> None:
        kept = GivenUpName.objects.get()

        assert kept.digest == digest_of("ben") == digest_of("BEN")
        assert kept.user is None

    def test_is_not_kept_of_a_change_of_case(self, ben: User) -> None:
        renamed(ben, "Ben")

        assert not GivenUpName.objects.exists()

    def test_is_not_kept_of_who_never_came_in(self, db: None) -> None:
        User.objects.create_user("eve").delete()

        assert not is_given_up("eve")

    def test_is_kept_of_a_row_that_is_deleted(self, db: None) -> None:
        User.objects.create_user("eve", last_login=timezone.now()).delete()

        assert is_given_up("Eve")

    def test_can_be_taken_again_by_who_had_it(self, ben: User) -> None:
        renamed(ben, "benjamin")
        renamed(ben, "ben")

        assert is_given_up("benjamin")
        assert not is_given_up("ben", user_id=ben.pk)


class TestTakingIt:
    @pytest.mark.parametrize("name", ["ben", "BEN", "Ben"])
    def test_is_refused_at_sign_up(self, gone: User, client: Client, name: str) -> None:
        answer = client.post(UP, FORM | {"username": name})

        assert "This user name is taken." in answer.content.decode()
        assert not User.objects.filter(username__iexact=name).exists()

    def test_is_refused_by_the_database(self, gone: User) -> None:
        with pytest.raises(IntegrityError, match="user_name_given_up"), transaction.atomic():
            User.objects.create_user("Ben")
        with pytest.raises(IntegrityError, match="user_name_given_up"), transaction.atomic():
            User.objects.bulk_create([User(username="ada"), User(username="BEN")])

    def test_is_refused_to_who_changes_their_name(self, gone: User) -> None:
        eve = User.objects.create_user("eve")

        with pytest.raises(IntegrityError, match="user_name_given_up"), transaction.atomic():
            renamed(eve, "ben")

    def test_is_refused_in_the_admin(self, gone: User, client: Client) -> None:
        client.force_login(User.objects.create_superuser("olga"))
        eve = User.objects.create_user("eve")
        made = {"username": "Ben", "email": "", "usable_password": "false"}
        changed = {"username": "ben", "language": "en", "time_zone": "UTC", "visibility": "1"}

        for address, answers in (("add", made), (f"{eve.pk}/change", changed)):
            answer = client.post(f"/admin/accounts/user/{address}/", answers)
            assert answer.status_code == 200
            assert "This user name is taken." in answer.content.decode()

    def test_is_answered_where_the_name_was_given_up_meanwhile(
        self, gone: User, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("accounts.entrance.adapter.is_given_up", lambda _name: False)
        monkeypatch.setattr("accounts.models.check_not_given_up", lambda *_, **_named: None)

        answer = client.post(UP, FORM | {"username": "ben"}, follow=True)

        assert answer.status_code == 200
        assert "This user name is taken." in answer.content.decode()


@pytest.mark.django_db(transaction=True)
class TestTakingItAtOnce:
    def test_waits_and_is_refused(self) -> None:
        ben = signed_up("ben")

        def take() -> Any:
            return User.objects.create(username="BEN", password=make_password(None))

        with transaction.atomic():
            delete_account(user=ben, at=timezone.now())
            other = meanwhile(take)
            assert not other.done()

        with pytest.raises(IntegrityError, match="user_name_given_up"):
            other.result(timeout=20)
        assert connection.is_usable()
        assert not User.objects.filter(username__iexact="ben").exists()
