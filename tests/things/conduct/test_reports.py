"""Reports from public pages, the queue, the decisions, and who is told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from at_once import at_once
from django.contrib.auth.models import Group
from django.core import mail
from django.test import Client

from accounts.mail.models import Mail
from accounts.mail.rendering import render_mail
from accounts.models import StaffEntry, User
from payments.desk.waiting import what_waits
from things.conduct.models import Report
from things.conduct.moderating import (
    ReportDecided,
    dismiss_reported,
    hide_reported,
    suspend_reported,
)
from things.conduct.reporting import Complaint, report_person, report_thing
from things.conduct.tasks import answer_reporter
from things.models import Thing
from things.pages.listing import public_things

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)


@pytest.fixture
def ben(db: None) -> User:
    """He creates."""
    return User.objects.create_user("ben", "ben@example.org", display_name="Bishop of Rome")


@pytest.fixture
def song(ben: User) -> Thing:
    return Thing.objects.create(url="https://ben.example/song", owner=ben, title="A song")


@pytest.fixture
def rose(db: None) -> User:
    """She moderates."""
    rose = User.objects.create_user("rose", is_staff=True)
    rose.groups.add(Group.objects.get(name="moderation"))
    return rose


def complaint(**said: Any) -> Complaint:
    return Complaint(**{"ground": Report.Ground.SPAM, **said})


def reported(song: Thing, **said: Any) -> Report:
    return report_thing(thing=song, complaint=complaint(**said), at=NOON)


class TestPages:
    def test_report_a_thing_without_an_account_and_a_script(
        self, client: Client, song: Thing
    ) -> None:
        browser = Client(enforce_csrf_checks=True)
        page = browser.get(f"/report/thing/{song.pk}")
        token = page.context["csrf_token"]

        answer = browser.post(
            f"/report/thing/{song.pk}",
            {"ground": "not_theirs", "words": "I sang it.", "csrfmiddlewaretoken": str(token)},
        )

        assert answer.headers["Location"] == f"/thing/{song.pk}"
        report = Report.objects.get()
        assert (report.thing, report.ground, report.words) == (song, "not_theirs", "I sang it.")
        assert (report.reporter, report.email, report.state) == (None, "", "open")

    def test_report_a_person(self, client: Client, ben: User) -> None:
        client.force_login(User.objects.create_user("ada", "ada@example.org"))

        client.post("/report/person/ben", {"ground": "deceit", "email": "ada@example.org"})

        report = Report.objects.get()
        assert (report.person, report.reporter.username) == (ben, "ada")
        assert report.email == "ada@example.org"

    def test_lead_there_from_both_pages_but_not_for_their_owner(
        self, client: Client, song: Thing, ben: User
    ) -> None:
        pages = {f"/thing/{song.pk}": f"/report/thing/{song.pk}", "/profile/ben": "/report/person"}
        for page, way in pages.items():
            assert way in client.get(page).content.decode()

        client.force_login(ben)
        for page, way in pages.items():
            assert way not in client.get(page).content.decode()

    def test_want_to_know_what_is_wrong(self, client: Client, song: Thing) -> None:
        answer = client.post(f"/report/thing/{song.pk}", {"words": "bad"})

        assert answer.status_code == 200
        assert not Report.objects.exists()

    def test_take_so_many_from_one_network(self, client: Client, song: Thing) -> None:
        said = [
            client.post(f"/report/thing/{song.pk}", {"ground": "spam"}).status_code
            for _turn in range(7)
        ]

        assert said == [302] * 5 + [429] * 2
        assert Report.objects.count() == 5

    def test_count_one_report_of_one_person(self, client: Client, song: Thing) -> None:
        client.force_login(User.objects.create_user("ada"))

        client.post(f"/report/thing/{song.pk}", {"ground": "spam"})
        client.post(f"/report/thing/{song.pk}", {"ground": "hate"})

        assert Report.objects.get().ground == "hate"


class TestDecisions:
    def test_hide_a_thing_from_all_lists_and_tell_its_owner(
        self, client: Client, song: Thing, rose: User
    ) -> None:
        hide_reported(report_id=reported(song).pk, reason="copied", by=rose, at=NOON)

        assert not public_things().exists()
        assert not Thing.objects.visible_to(None).exists()
        assert b"A song" not in client.get("/profile/ben").content
        message = render_mail(Mail.objects.get())
        assert message.subject == "“A song” is no longer in public lists"
        assert "copied" in message.body

    def test_cannot_be_undone_by_the_owner(
        self, client: Client, song: Thing, ben: User, rose: User
    ) -> None:
        hide_reported(report_id=reported(song).pk, reason="copied", by=rose, at=NOON)
        client.force_login(ben)

        client.post(f"/things/mine/{song.pk}/state/", {"deed": "show"})

        assert not public_things().exists()

    def test_take_a_display_name_away(self, ben: User, rose: User) -> None:
        report = report_person(person=ben, complaint=complaint(), at=NOON)

        hide_reported(report_id=report.pk, reason="you are not", by=rose, at=NOON)

        ben.refresh_from_db()
        assert ben.get_full_name() == "ben"
        assert render_mail(Mail.objects.get()).subject == "Your display name was removed"

    def test_suspend_a_thing_or_a_person(self, song: Thing, ben: User, rose: User) -> None:
        of_ben = report_person(person=ben, complaint=complaint(), at=NOON)

        suspend_reported(report_id=reported(song).pk, reason="copied", by=rose, at=NOON)
        suspend_reported(report_id=of_ben.pk, reason="a fraud", by=rose, at=NOON)

        song.refresh_from_db()
        ben.refresh_from_db()
        assert (song.state, song.suspension_reason) == ("suspended", "copied")
        assert (ben.suspended, ben.suspension_reason) == (True, "a fraud")

    def test_dismiss_and_show_what_was_withheld(self, song: Thing, rose: User) -> None:
        Thing.objects.update(withheld=True)

        dismiss_reported(report_id=reported(song).pk, reason="it is fine", by=rose, at=NOON)

        song.refresh_from_db()
        assert (song.withheld, song.state) == (False, "active")

    def test_go_for_all_reports_about_the_same_once(self, song: Thing, rose: User) -> None:
        first, second = reported(song), reported(song)

        dismiss_reported(report_id=first.pk, reason="it is fine", by=rose, at=NOON)

        assert set(Report.objects.values_list("state", "reason")) == {("dismissed", "it is fine")}
        with pytest.raises(ReportDecided):
            hide_reported(report_id=second.pk, reason="copied", by=rose, at=NOON)

    @pytest.mark.django_db(transaction=True)
    def test_take_turns(self, song: Thing) -> None:
        rose = User.objects.create_user("rose")
        first, second = reported(song), reported(song)

        outcomes = at_once(
            lambda: hide_reported(report_id=first.pk, reason="a", by=rose, at=NOON),
            lambda: dismiss_reported(report_id=second.pk, reason="b", by=rose, at=NOON),
        )

        assert sum(isinstance(one, ReportDecided) for one in outcomes) == 1
        assert Report.objects.values("state").distinct().count() == 1


class TestAnswering:
    def test_tells_who_left_an_address_once_and_forgets_it(self, song: Thing, rose: User) -> None:
        report = reported(song, email="carl@example.org", language="fr", words="private words")
        suspend_reported(report_id=report.pk, reason="copied", by=rose, at=NOON)

        sent = [answer_reporter(report_id=report.pk) for _turn in range(2)]

        report.refresh_from_db()
        assert (sent, report.email, report.told_at is not None) == ([True, False], "", True)
        [message] = mail.outbox
        assert message.to == ["carl@example.org"]
        assert message.subject == "Ce qu’il est advenu de votre signalement"
        assert "private words" not in message.body

    def test_tells_nothing_before_it_is_decided(self, song: Thing) -> None:
        report = reported(song, email="carl@example.org")

        assert not answer_reporter(report_id=report.pk)
        assert mail.outbox == []


class TestAdmin:
    def test_decides_with_a_reason_and_writes_it_down(
        self, client: Client, song: Thing, ben: User, rose: User
    ) -> None:
        report = reported(song)
        client.force_login(rose)

        page = client.get(f"/admin/things/report/{report.pk}/change/").content.decode()
        client.post(f"/admin/things/report/{report.pk}/deeds/hide/", {"note": ""})
        client.post(f"/admin/things/report/{report.pk}/deeds/hide/", {"note": "copied"})

        assert "Dismiss" in page
        entry = StaffEntry.objects.get(kind="deed", deed="hide")
        assert (entry.staff, entry.reason, entry.about) == (rose, "copied", ben)

    def test_counts_on_the_desk_what_waits(self, song: Thing, rose: User) -> None:
        reported(song)

        waiting = {one.errand.name: one.count for one in what_waits(for_staff=rose)}

        assert waiting["reports"] == 1
