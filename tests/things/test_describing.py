"""What a button says, and whose page it is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.utils import translation

from accounts.models import User
from things.autosubmit import AutoSubmit
from things.describing import (
    CreatorSuspended,
    CreatorUnknown,
    NotTheirs,
    SubmissionRefused,
    describe_thing,
    is_draft,
    query_of,
    read_query,
    read_submission,
    register_thing,
)
from things.models import Thing
from things.sites.models import Site
from things.sites.owning import SiteTaken, ask_for_site, framing_origins, verify_site

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
TEA = {"user_id": "ben", "url": "https://ben.example/tea", "title": "Tea time"}


@pytest.fixture
def ben(db: None) -> User:
    return User.objects.create_user("ben")


@pytest.fixture
def eve(db: None) -> User:
    return User.objects.create_user("eve")


@pytest.fixture
def site(ben: User) -> Site:
    """Ben's, proven."""
    site = ask_for_site(creator=ben, address="ben.example", at=NOON)
    verify_site(site, at=NOON)
    return site


class TestReadSubmission:
    def test_reads_flattrs_parameters(self) -> None:
        read = read_submission(
            TEA
            | {
                "description": "<p>Green &amp; black</p>",
                "language": "de_DE",
                "tags": "tea, ,tea,",
                "hidden": "1",
                "category": "text",
            }
        )

        assert read == AutoSubmit(
            user_id="ben",
            url="https://ben.example/tea",
            title="Tea time",
            description="Green & black",
            category="text",
            language="de_DE",
            tags=("tea",),
            hidden=True,
        )

    def test_is_the_same_after_a_journey_as_a_query(self) -> None:
        read = read_submission(TEA | {"title": "Thé & lait", "tags": "a,b", "hidden": "1"})

        assert read_query(query_of(read)) == read

    @pytest.mark.parametrize(
        ("said", "why"),
        [
            ({"user_id": ""}, "user_id is missing"),
            ({"url": ""}, "url is missing"),
            ({"url": "/tea"}, "not a whole web address"),
            ({"url": "javascript:alert(1)"}, "not a whole web address"),
            ({"category": "tea"}, "not a category"),
            ({"language": "<b>"}, "not a language"),
        ],
    )
    def test_explains_what_is_missing_or_wrong(self, said: dict[str, str], why: str) -> None:
        with pytest.raises(SubmissionRefused, match=why):
            read_submission(TEA | said)

    def test_explains_in_the_language_of_the_page(self) -> None:
        with translation.override("fr"), pytest.raises(SubmissionRefused, match="user_id manque"):
            read_submission({"url": TEA["url"]})

    def test_cuts_what_is_too_long(self) -> None:
        read = read_submission(TEA | {"title": "t" * 301, "description": "d" * 1001})

        assert (len(read.title), len(read.description)) == (300, 1000)

    @pytest.mark.parametrize(
        ("tag", "identifier"), [("fr-CH", "fr_FR"), ("de", "de_DE"), ("eo", "en_GB")]
    )
    def test_takes_the_pages_language_for_the_things(self, tag: str, identifier: str) -> None:
        assert read_submission(TEA | {"lang": tag}).language == identifier

    @pytest.mark.parametrize(
        "url",
        ["HTTPS://BEN.example/tea", "https://ben.example:443/tea", " https://ben.example/tea"],
    )
    def test_writes_an_address_in_one_way(self, url: str) -> None:
        assert read_submission(TEA | {"url": url}).url == "https://ben.example/tea"


class TestDescribeThing:
    def test_belongs_to_the_creator_on_a_site_proven_to_be_theirs(
        self, ben: User, site: Site
    ) -> None:
        thing = describe_thing(read_submission(TEA))

        assert (thing.owner, is_draft(thing)) == (ben, True)
        assert not Thing.objects.exists()

    def test_takes_the_named_at_their_word_where_nobody_has_proven_the_site(
        self, ben: User
    ) -> None:
        assert describe_thing(read_submission(TEA)).owner == ben

    def test_gives_an_unclaimed_thing_to_nobody_who_is_only_named(self, ben: User) -> None:
        Thing.objects.create(url=TEA["url"])

        assert describe_thing(read_submission(TEA)).owner is None

    def test_is_refused_on_a_site_of_somebody_else(self, site: Site, eve: User) -> None:
        with pytest.raises(NotTheirs):
            describe_thing(read_submission(TEA | {"user_id": "eve"}))

    def test_is_refused_where_somebody_else_owns_the_thing(self, ben: User, eve: User) -> None:
        Thing.objects.create(url=TEA["url"], owner=ben)

        with pytest.raises(NotTheirs):
            describe_thing(read_submission(TEA | {"user_id": "eve"}))

    def test_is_refused_for_a_creator_who_is_not_there(self, db: None) -> None:
        with pytest.raises(CreatorUnknown, match="“ben”"):
            describe_thing(read_submission(TEA))

    def test_is_refused_for_a_suspended_creator(self, ben: User) -> None:
        User.objects.update(suspended=True)

        with pytest.raises(CreatorSuspended):
            describe_thing(read_submission(TEA))


class TestRegisterThing:
    def test_makes_one_thing_of_two_first_clicks(self, ben: User, site: Site) -> None:
        first = register_thing(read_submission(TEA))
        second = register_thing(read_submission(TEA))

        assert first.pk == second.pk
        assert Thing.objects.get().owner == ben

    def test_gives_an_unclaimed_thing_to_who_has_proven_its_site(
        self, ben: User, eve: User
    ) -> None:
        Thing.objects.create(url=TEA["url"])
        verify_site(ask_for_site(creator=ben, address="ben.example", at=NOON), at=NOON)

        register_thing(read_submission(TEA))

        assert Thing.objects.get().owner == ben

    def test_keeps_the_first_title(self, ben: User, site: Site) -> None:
        register_thing(read_submission(TEA))
        register_thing(read_submission(TEA | {"title": "Forged"}))

        assert Thing.objects.get().title == "Tea time"


class TestVerifySite:
    def test_lets_one_owner_in(self, site: Site, eve: User) -> None:
        other = ask_for_site(creator=eve, address="https://ben.example/", at=NOON)

        with pytest.raises(SiteTaken):
            verify_site(other, at=NOON)

        other.refresh_from_db()
        assert other.verified_at is None

    def test_lets_the_pages_of_the_site_frame_the_button(
        self, ben: User, site: Site, eve: User
    ) -> None:
        ask_for_site(creator=ben, address="unproven.example", at=NOON)

        assert framing_origins(ben.pk) == ("https://ben.example", "http://ben.example")
        assert framing_origins(eve.pk) == ()
