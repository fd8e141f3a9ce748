"""A thing is found by each of its addresses, and an address finds one thing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from things.aliases.finding import thing_at
from things.aliases.models import Alias
from things.aliases.moving import add_alias, move_thing
from things.canonical import address_key
from things.describing import describe_thing, is_draft, read_submission, register_thing
from things.models import Thing
from things.registering import AlreadyRegistered, NotYours
from things.registering import register_thing as register_in_own_name
from things.sites.owning import ask_for_site, verify_site
from things.submitting import thing_to_click

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
TEA = "https://ben.example/tea"


@pytest.fixture
def ben(db: None) -> User:
    return User.objects.create_user("ben")


@pytest.fixture
def eve(db: None) -> User:
    return User.objects.create_user("eve")


@pytest.fixture
def tea(ben: User) -> Thing:
    return Thing.objects.create(url=TEA, owner=ben)


class TestThingAt:
    @pytest.mark.parametrize(
        "url",
        [
            TEA,
            "http://ben.example/tea",
            "HTTPS://BEN.example:443/x/../tea#top",
            f"{TEA}?utm_source=feed&fbclid=1",
        ],
    )
    def test_finds_the_page_whatever_the_spelling(
        self, tea: Thing, url: str, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(1):
            found = thing_at(url)
            assert found == tea
            assert found.owner == tea.owner

    @pytest.mark.parametrize("url", ["https://ben.example/tea/", f"{TEA}?p=1", "nonsense", ""])
    def test_finds_nothing_at_another_page(self, tea: Thing, url: str) -> None:
        assert thing_at(url) is None

    def test_finds_first_what_is_stored_in_that_very_spelling(self, ben: User) -> None:
        """As things were that came in before addresses were written in one way."""
        spellings = ["http://ben.example/tea", "https://ben.example/tea#iced", f"{TEA}?utm_a=b"]
        Thing.objects.create(url=TEA, owner=ben)
        for spelling in spellings:
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO things_thing (url, owner_id, title, description, category,"
                    " language, tags, hidden, state, created_at)"
                    " VALUES (%s, %s, '', '', 'rest', 'en_GB', '{}', false, 'active', now())",
                    [spelling, ben.pk],
                )

        for spelling in [TEA, *spellings]:
            assert str(thing_at(spelling).url) == spelling  # type: ignore[union-attr]

    def test_reads_indexes_alone(self, tea: Thing) -> None:
        from things.aliases.finding import things_at

        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            query, parameters = things_at(TEA).query.sql_with_params()
            cursor.execute(f"EXPLAIN {query}", parameters)
            plan = "\n".join(row[0] for row in cursor.fetchall())

        assert "BitmapOr" in plan
        assert "Seq Scan on things_thing" not in plan


class TestEveryWayIn:
    def test_of_buttons_finds_the_thing_and_registers_the_canonical_address(
        self, ben: User
    ) -> None:
        said = {"user_id": "ben", "url": "HTTP://Ben.example/tea?utm_source=x#top"}

        made = register_thing(read_submission(said))

        assert made.url == "http://ben.example/tea"
        assert describe_thing(read_submission(said | {"url": TEA})) == made
        assert not is_draft(describe_thing(read_submission(said)))

    def test_of_the_api_finds_the_thing(self, tea: Thing) -> None:
        assert thing_to_click("http://BEN.example/tea?gclid=1") == tea
        submit = "https://flattr.com/submit/auto?user_id=ben&url=http%3A%2F%2Fben.example%2Ftea"
        assert thing_to_click(submit) == tea

    def test_of_services_knows_their_other_hosts(self, db: None) -> None:
        made = thing_to_click("https://youtu.be/dQw4w9WgXcQ?si=x")

        assert made.url == "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
        assert thing_to_click("https://m.youtube.com/watch?v=dQw4w9WgXcQ") == made

    def test_in_ones_own_name_registers_the_canonical_address(self, ben: User) -> None:
        made = register_in_own_name(owner=ben, url="HTTP://ben.example?utm_source=x", at=NOON)

        assert made.url == "http://ben.example/"
        with pytest.raises(AlreadyRegistered):
            register_in_own_name(owner=ben, url="https://ben.example/#x", at=NOON)

    def test_in_ones_own_name_is_closed_on_sites_of_others(self, ben: User, eve: User) -> None:
        verify_site(ask_for_site(creator=ben, address="ben.example", at=NOON), at=NOON)

        with pytest.raises(NotYours):
            register_in_own_name(owner=eve, url=TEA, at=NOON)


class TestMoveThing:
    def test_goes_on_being_found_by_each_former_address(self, tea: Thing) -> None:
        for url in ("https://ben.example/2010/tea", "https://www.ben.example/tea/"):
            move_thing(tea, url=url, at=NOON)

        assert tea.url == "https://www.ben.example/tea/"
        for url in (TEA, "http://ben.example/2010/tea?utm_source=x", tea.url):
            assert thing_at(url) == tea

    def test_goes_back(self, tea: Thing) -> None:
        move_thing(tea, url=f"{TEA}/2", at=NOON)
        move_thing(tea, url=TEA, at=NOON)

        assert tea.url == TEA
        assert [alias.url for alias in tea.aliases.all()] == [f"{TEA}/2"]
        assert thing_at(f"{TEA}/2") == tea

    def test_changes_the_spelling_alone(self, tea: Thing) -> None:
        move_thing(tea, url="http://ben.example/tea", at=NOON)

        assert tea.url == "http://ben.example/tea"
        assert not tea.aliases.exists()

    def test_goes_nowhere_where_another_thing_is(self, tea: Thing, ben: User, eve: User) -> None:
        Thing.objects.create(url="https://eve.example/", owner=eve)
        Thing.objects.create(url="https://ben.example/coffee", owner=ben)
        Thing.objects.create(url="https://nobody.example/")

        for url, refusal in (
            ("http://eve.example", NotYours),
            ("https://nobody.example/", NotYours),
            ("https://ben.example/coffee", AlreadyRegistered),
        ):
            with pytest.raises(refusal):
                move_thing(tea, url=url, at=NOON)

        tea.refresh_from_db()
        assert tea.url == TEA

    def test_goes_to_no_site_of_somebody_else(self, tea: Thing, eve: User) -> None:
        verify_site(ask_for_site(creator=eve, address="eve.example", at=NOON), at=NOON)

        with pytest.raises(NotYours):
            move_thing(tea, url="https://eve.example/tea", at=NOON)


class TestAddAlias:
    def test_lets_an_address_of_the_site_find_the_thing_too(self, tea: Thing) -> None:
        assert add_alias(tea, url="http://www.ben.example/?p=7", at=NOON) is True
        assert add_alias(tea, url="http://www.ben.example/?p=7", at=NOON) is False

        assert thing_at("https://www.ben.example/?p=7&utm_source=x") == tea

    def test_is_not_needed_for_the_things_own(self, tea: Thing) -> None:
        assert add_alias(tea, url="http://ben.example/tea#x", at=NOON) is False

    def test_takes_no_address_of_another_site(self, tea: Thing) -> None:
        with pytest.raises(NotYours):
            add_alias(tea, url="https://eve.example/", at=NOON)

    def test_takes_no_address_of_another_thing(self, tea: Thing, eve: User) -> None:
        other = Thing.objects.create(url="https://ben.example/eve", owner=eve)

        with pytest.raises(NotYours):
            add_alias(tea, url=other.url, at=NOON)


class TestDatabase:
    def test_keeps_an_address_for_one_thing(self, tea: Thing, ben: User) -> None:
        move_thing(tea, url=f"{TEA}/2", at=NOON)

        for write in (
            lambda: Thing.objects.create(url="http://ben.example/tea/2", owner=ben),
            lambda: Thing.objects.create(url="http://ben.example/tea", owner=ben),
            lambda: Alias.objects.create(
                key=address_key(tea.url), url=tea.url, thing=tea, made_at=NOON
            ),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                write()
