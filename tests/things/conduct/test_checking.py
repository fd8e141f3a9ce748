"""The check of what is submitted: what it finds, and that it only ever puts things aside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.test import Client
from elsewhere import Elsewhere, Page

from accounts.models import User
from payments.desk.waiting import what_waits
from things.conduct.asking_again import AT_ONCE, PAUSES, TAKEN, AskedAlready, ask_again, take_due
from things.conduct.checking import check_submitted
from things.conduct.checks.akismet import ADDRESS
from things.conduct.checks.verdicts import Verdict
from things.conduct.models import FailedCheck, Report, SpamTerm
from things.conduct.moderating import dismiss_reported
from things.conduct.tasks import check_again
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


class TestAskingAgain:
    @pytest.fixture(autouse=True)
    def _chosen(self, settings: Any) -> None:
        settings.SPAM_CHECK, settings.AKISMET_KEY = "akismet", "a-key"

    @pytest.fixture
    def failed(self, elsewhere: Elsewhere, ben: User) -> FailedCheck:
        """Ben's thing, about which Akismet gave no answer."""
        elsewhere.publish(ADDRESS, Page("", status=503))
        check_submitted(thing_id=thing(ben).pk, at=NOON)
        return FailedCheck.objects.get()

    def fail_for_good(self, failed: FailedCheck) -> FailedCheck:
        for _pause in PAUSES:
            failed.refresh_from_db()
            assert failed.due_at is not None
            check_submitted(thing_id=failed.thing_id, at=failed.due_at)
        failed.refresh_from_db()
        return failed

    def test_is_noted_and_blocks_nothing(self, failed: FailedCheck) -> None:
        assert (failed.tries, failed.why, failed.due_at) == (1, "503: ", NOON + PAUSES[0])
        assert not failed.thing.withheld
        assert failed.thing.state == "active"

    def test_waits_longer_each_time_and_ends(self, failed: FailedCheck) -> None:
        when = []
        for _pause in PAUSES:
            failed.refresh_from_db()
            assert failed.due_at is not None
            when.append(failed.due_at)
            check_submitted(thing_id=failed.thing_id, at=failed.due_at)
        failed.refresh_from_db()

        waits = [after - before for before, after in zip([NOON, *when], when, strict=False)]
        assert waits == list(PAUSES)
        assert waits == sorted(waits)
        assert (failed.tries, failed.due_at) == (len(PAUSES) + 1, None)

    def test_believes_the_answer_once_there_is_one(
        self, elsewhere: Elsewhere, failed: FailedCheck
    ) -> None:
        elsewhere.publish(ADDRESS, Page("true", "text/plain"))

        found = check_submitted(thing_id=failed.thing_id, at=LATER)

        assert found.verdict is Verdict.SUSPECT
        assert Thing.objects.get().withheld
        assert not FailedCheck.objects.exists()

    @pytest.mark.parametrize("check", ["local", "none"])
    def test_ends_where_another_check_is_chosen(
        self, settings: Any, failed: FailedCheck, check: str
    ) -> None:
        settings.SPAM_CHECK = check

        check_submitted(thing_id=failed.thing_id, at=LATER)

        assert not FailedCheck.objects.exists()

    def test_is_taken_once_until_a_crash_has_surely_been_one(self, failed: FailedCheck) -> None:
        due = failed.due_at
        assert due is not None

        early, taken = take_due(at=due - timedelta(seconds=1)), take_due(at=due)
        meanwhile, after = take_due(at=due), take_due(at=due + TAKEN)

        assert (early, taken) == ([], [failed.thing_id])
        assert (meanwhile, after) == ([], [failed.thing_id])

    def test_takes_some_at_a_time_the_longest_due_first(self, ben: User) -> None:
        made = [thing(ben, number, title=f"Song {number}") for number in range(AT_ONCE + 3)]
        FailedCheck.objects.bulk_create(
            FailedCheck(thing=one, failed_at=NOON, due_at=NOON - timedelta(minutes=turn))
            for turn, one in enumerate(made)
        )

        assert take_due(at=NOON) == [one.pk for one in reversed(made)][:AT_ONCE]
        assert sorted(take_due(at=NOON)) == [one.pk for one in made[:3]]

    def test_is_sent_by_the_clock(
        self, failed: FailedCheck, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[int] = []
        monkeypatch.setattr(
            "things.conduct.tasks.check_thing.apply_async",
            lambda kwargs, **_options: asked.append(kwargs["thing_id"]),
        )

        assert (check_again(), check_again()) == (1, 0)
        assert asked == [failed.thing_id]

    def test_is_seen_by_staff_who_begin_anew(
        self, elsewhere: Elsewhere, failed: FailedCheck, client: Client
    ) -> None:
        with pytest.raises(AskedAlready):
            ask_again(failed_id=failed.pk, at=LATER)
        self.fail_for_good(failed)
        olga = User.objects.create_superuser("olga")
        [waiting] = [one for one in what_waits(for_staff=olga) if one.errand.name == "checks"]
        client.force_login(olga)
        page = client.get(waiting.errand.url).content.decode()

        client.post(f"/admin/things/failedcheck/{failed.pk}/deeds/again/")

        failed.refresh_from_db()
        assert "503: " in page
        assert (failed.tries, failed.due_at is not None) == (0, True)
        elsewhere.publish(ADDRESS, Page("false", "text/plain"))
        assert check_submitted(thing_id=failed.thing_id, at=LATER).verdict is Verdict.HAM
        assert not FailedCheck.objects.exists()
