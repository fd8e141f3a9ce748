"""The check of what is submitted: what it finds, and that it only ever puts things aside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from elsewhere import Elsewhere, Page

from accounts.models import User
from things.conduct.checking import check_submitted
from things.conduct.checks.akismet import ADDRESS
from things.conduct.checks.verdicts import Verdict
from things.conduct.models import Report, SpamTerm
from things.conduct.moderating import dismiss_reported
from things.models import Thing
from things.registering import change_thing, register_thing
from things.sites.models import Site

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def ben(db: None) -> User:
    """He creates, and has been here for a month."""
    return User.objects.create_user("ben", date_joined=NOON - timedelta(days=30))


def thing(owner: User, number: int = 1, **said: Any) -> Thing:
    return register_thing(
        owner=owner, url=f"https://ben.example/{number}", at=NOON, **{"title": "A song", **said}
    )


def verdict(thing: Thing) -> Verdict:
    return check_submitted(thing_id=thing.pk, at=NOON).verdict


class TestLocalRules:
    @pytest.mark.parametrize(
        ("said", "expected"),
        [
            ({"description": "Of tea, https://tea.example/ and of cups."}, Verdict.HAM),
            ({"description": "http://a.example http://b.example www.c.example"}, Verdict.SUSPECT),
            ({"description": "http://a.example " * 8}, Verdict.SPAM),
            ({"title": "Free CASINO now"}, Verdict.SPAM),
            ({"tags": ["casino"]}, Verdict.SPAM),
            ({"title": "Occasinonal"}, Verdict.HAM),
            ({"description": "the best easy money"}, Verdict.SUSPECT),
            ({"description": "see https://www.spam.example/x"}, Verdict.SPAM),
            ({"description": "see https://nospam.example/x"}, Verdict.HAM),
        ],
    )
    def test_go_by_signs_and_links(
        self, ben: User, said: dict[str, Any], expected: Verdict
    ) -> None:
        SpamTerm.objects.create(kind="word", text="casino", verdict="spam")
        SpamTerm.objects.create(kind="word", text="easy money", verdict="suspect")
        SpamTerm.objects.create(kind="host", text="spam.example", verdict="spam")

        assert verdict(thing(ben, **said)) is expected

    def test_go_by_much_at_once_from_somebody_new(self, ben: User) -> None:
        User.objects.update(date_joined=NOON)
        made = [thing(ben, number, title=f"Song {number}") for number in range(20)]

        assert verdict(made[-1]) is Verdict.SUSPECT
        Site.objects.create(host="ben.example", owner=ben, asked_at=NOON, verified_at=NOON)
        Thing.objects.update(withheld=False)
        Report.objects.all().delete()
        assert verdict(made[-1]) is Verdict.HAM

    def test_leave_who_is_here_for_long_in_peace(self, ben: User) -> None:
        made = [thing(ben, number, title=f"Song {number}") for number in range(25)]

        assert verdict(made[-1]) is Verdict.HAM


class TestCheckSubmitted:
    def test_puts_aside_and_deletes_nothing(self, ben: User) -> None:
        found = thing(ben, description="http://a.example " * 8)

        for _turn in range(2):
            check_submitted(thing_id=found.pk, at=NOON)

        found.refresh_from_db()
        assert (found.withheld, found.state) == (True, "active")
        report = Report.objects.get()
        assert (report.source, report.ground, report.state) == ("check", "spam", "open")
        assert report.words == "spam: 8 links in its text"

    def test_believes_the_moderators_until_the_text_changes(self, ben: User) -> None:
        olga = User.objects.create_superuser("olga")
        found = thing(ben, description="http://a.example " * 8)
        check_submitted(thing_id=found.pk, at=NOON)
        dismiss_reported(report_id=Report.objects.get().pk, reason="links", by=olga, at=NOON)

        check_submitted(thing_id=found.pk, at=NOON)
        found.refresh_from_db()
        assert not found.withheld

        change_thing(found, at=LATER, description="http://b.example " * 9)
        check_submitted(thing_id=found.pk, at=LATER)
        found.refresh_from_db()
        assert found.withheld

    def test_can_be_switched_off(self, settings: Any, ben: User) -> None:
        settings.SPAM_CHECK = "none"

        assert verdict(thing(ben, description="http://a.example " * 8)) is Verdict.HAM

    def test_comes_with_each_registration_and_each_change_of_text(
        self, ben: User, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[int] = []
        monkeypatch.setattr(
            "things.conduct.tasks.check_thing.apply_async",
            lambda kwargs, **_options: asked.append(kwargs["thing_id"]),
        )

        with django_capture_on_commit_callbacks(execute=True):
            made = thing(ben)
            change_thing(made, at=LATER, title="Another")
            change_thing(made, at=LATER, hidden=True)

        assert asked == [made.pk, made.pk]


class TestAkismet:
    @pytest.fixture(autouse=True)
    def _chosen(self, settings: Any, elsewhere: Elsewhere) -> None:
        settings.SPAM_CHECK, settings.AKISMET_KEY = "akismet", "a-key"

    @pytest.mark.parametrize(
        ("said", "headers", "expected"),
        [
            ("false", {}, Verdict.HAM),
            ("true", {}, Verdict.SUSPECT),
            ("true", {"X-akismet-pro-tip": "discard"}, Verdict.SPAM),
        ],
    )
    def test_says_what_it_is(
        self,
        elsewhere: Elsewhere,
        ben: User,
        said: str,
        headers: dict[str, str],
        expected: Verdict,
    ) -> None:
        elsewhere.publish(ADDRESS, Page(said, "text/plain", headers=headers))

        assert verdict(thing(ben)) is expected

    def test_is_told_the_text_and_nothing_of_the_person(
        self, elsewhere: Elsewhere, ben: User
    ) -> None:
        elsewhere.publish(ADDRESS, Page("false", "text/plain"))

        verdict(thing(ben, description="Of tea"))

        [asked] = elsewhere.asked
        sent = parse_qs(asked.body.decode())
        assert sent["api_key"] == ["a-key"]
        assert sent["comment_content"] == ["A song\nOf tea"]
        assert b"ben%40" not in asked.body
        assert sent["user_ip"] == ["127.0.0.1"]

    @pytest.mark.parametrize("page", [Page("invalid"), Page("", status=500), Page("<html>")])
    def test_is_stood_in_for_by_the_local_rules(
        self, elsewhere: Elsewhere, ben: User, page: Page
    ) -> None:
        elsewhere.publish(ADDRESS, page)

        assert verdict(thing(ben, 1)) is Verdict.HAM
        assert verdict(thing(ben, 2, description="http://a.example " * 8)) is Verdict.SPAM
