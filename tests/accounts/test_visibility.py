"""Who learns what somebody gives: the three words, and what people begin with."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection

from accounts.models import User
from accounts.visibility import (
    NotAVisibility,
    Visibility,
    chosen_visibility,
    read_visibility,
)


class TestReadVisibility:
    @pytest.mark.parametrize("visibility", list(Visibility))
    def test_reads_what_is_written(self, visibility: Visibility) -> None:
        assert read_visibility(visibility.written) is visibility

    @pytest.mark.parametrize("text", ["", "PUBLIC", "0", "secret"])
    def test_refuses_anything_else(self, text: str) -> None:
        with pytest.raises(NotAVisibility, match="none of public, creator, anonymous"):
            read_visibility(text)


class TestChosenVisibility:
    def test_is_none_where_a_form_says_nothing(self) -> None:
        said = [{}, {"visibility": "loud"}, {"visibility": "creator"}]

        assert [chosen_visibility(form) for form in said] == [None, None, Visibility.CREATOR]


@pytest.mark.django_db
class TestNewUser:
    @pytest.mark.parametrize("visibility", list(Visibility))
    def test_begins_with_what_the_site_chose(self, settings: Any, visibility: Visibility) -> None:
        settings.GIVING_VISIBILITY = visibility.written

        assert User.objects.create_user("ada").visibility == visibility

    def test_is_anonymous_where_sql_alone_made_them(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO accounts_user (username, password, is_superuser, is_staff, is_active,"
                " suspended, date_joined, display_name, language, time_zone)"
                " VALUES ('sql', '!', false, false, true, false, now(), '', 'en', 'UTC')"
            )

        assert User.objects.get().visibility == Visibility.ANONYMOUS

    def test_has_one_of_the_three(self) -> None:
        with pytest.raises(IntegrityError, match="user_visibility_known"):
            User.objects.create_user("ada", visibility=3)
