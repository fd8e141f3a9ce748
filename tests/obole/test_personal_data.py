"""The register of what is kept about people: nothing that is kept is missing from it.

A new table that names a user fails here, and so does a new column, until its room's `personal.py`
says what it is for.
"""

from __future__ import annotations

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import Model
from django.test import Client

from accounts.models import User
from accounts.privacy.kept import Kept, all_cookies, all_kept, all_not_personal
from payments.clicking.cookies import cookie_name

each_kept = pytest.mark.parametrize("kept", all_kept(), ids=lambda kept: kept.name)


def names_a_user(model: type[Model]) -> bool:
    return not model._meta.proxy and any(
        field.related_model is User for field in model._meta.concrete_fields
    )


class TestRegister:
    def test_has_every_table_that_names_a_user(self) -> None:
        named = {
            m._meta.label for m in apps.get_models(include_auto_created=True) if names_a_user(m)
        }

        known = {entry.model for entry in (*all_kept(), *all_not_personal())}

        assert named - known == set()

    def test_has_no_table_twice(self) -> None:
        assert not {one.model for one in all_kept()} & {one.model for one in all_not_personal()}

    def test_names_tables_that_there_are(self) -> None:
        for entry in all_not_personal():
            apps.get_model(entry.model)

    @each_kept
    def test_explains_every_column(self, kept: Kept) -> None:
        assert kept.unexplained() == set()

    @each_kept
    def test_leaves_nothing_out_that_it_exports(self, kept: Kept) -> None:
        exported = {column.partition("__")[0] for column in kept.columns}

        assert not exported & set(kept.left_out)
        there = {field.name for field in kept.model_class._meta.get_fields()}
        assert {*kept.left_out} <= there

    @each_kept
    def test_asks_questions_that_the_database_understands(self, kept: Kept, db: None) -> None:
        ada = User.objects.create_user("ada")

        for rows in kept.rows_of(ada):
            list(rows.values_list(*kept.columns))


class TestPage:
    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_shows_each_table_and_cookie(self, client: Client, db: None, language: str) -> None:
        page = client.get("/privacy", headers={"Accept-Language": language}).content.decode()

        assert page.count("<tr") == len(all_kept()) + len(all_cookies()) + 3
        for cookie in all_cookies():
            assert f"<code>{cookie.name}</code>" in page

    def test_names_each_cookie_that_is_set(self, client: Client, db: None) -> None:
        ada = User.objects.create_user("ada", password="correct horse")
        client.get("/sign-in/")
        client.post("/language/setlang/", {"language": "fr", "next": "/"})
        client.post("/sign-in/", {"login": ada.username, "password": "correct horse"})
        client.post("/settings/profile", {"language": "en", "time_zone": "UTC"})
        client.post("/sign-out/")

        assert {*client.cookies, cookie_name()} == {cookie.name for cookie in all_cookies()}

    def test_says_how_long_a_session_lasts(self) -> None:
        assert settings.SESSION_COOKIE_AGE == 30 * 86_400
