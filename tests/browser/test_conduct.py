"""A visitor reports a thing and a moderator decides; support looks at somebody's pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from mailbox import letters_to

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.test.utils import override_settings
from launching import USUAL_MODE
from office import Office
from own_processes import empty_queues
from playwright.sync_api import BrowserContext, Page, expect

from accounts.conduct.models import Looking
from accounts.models import StaffEntry, User
from payments.desk.groups import MODERATION, SUPPORT
from things.conduct.models import Report
from things.conduct.tasks import answer_reporter
from things.models import Thing

REPORTER = "vera@example.org"
BEN = "ben@example.org"
ADA = "ada@example.org"


@pytest.fixture
def people(internet: object) -> dict[str, User]:
    """Ada gives, Ben makes things, Rose moderates, Sam supports people."""
    people = {
        "ada": User.objects.create_user("ada", ADA),
        "ben": User.objects.create_user("ben", BEN),
    }
    for name, group in (("rose", MODERATION), ("sam", SUPPORT)):
        people[name] = User.objects.create_user(name, is_staff=True)
        people[name].groups.add(Group.objects.get(name=group))
    return people


@pytest.fixture
def office(
    open_browser: Callable[..., BrowserContext], people: dict[str, User]
) -> Iterator[Office]:
    """One browser; nothing is left in the queues."""
    with empty_queues(), override_settings(APPEAL_ADDRESS="appeals@obole.test"):
        yield Office(open_browser(USUAL_MODE), people)


@pytest.fixture
def song(people: dict[str, User]) -> Thing:
    return Thing.objects.create(url="https://ben.example/song", owner=people["ben"], title="A song")


def report(page: Page) -> None:
    page.get_by_role("link", name="Report", exact=True).click()
    page.get_by_label("It is somebody else’s work").check()
    page.get_by_label("In your words").fill("I sang it in 1998.")
    page.get_by_label("Where we can answer you").fill(REPORTER)
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_text("The people who run the site look at it.")).to_be_visible()


class TestReporting:
    def test_is_decided_by_a_moderator_and_told_to_both(self, office: Office, song: Thing) -> None:
        page = office.go(f"/thing/{song.pk}")
        report(page)

        office.as_("rose", "/admin/")
        office.take_up("Reports of things and people", row="A song")
        expect(page.locator(".field-words")).to_contain_text("I sang it in 1998.")
        office.do("Hide", note="It is somebody else’s song.", told="those concerned are told")
        expect(page.get_by_role("button", name="Hide", exact=True)).to_have_count(0)

        decided = Report.objects.get()
        song.refresh_from_db()
        assert (decided.state, decided.decided_by, song.withheld) == (
            Report.State.HIDDEN,
            office.people["rose"],
            True,
        )
        # What the worker does with what the decision sent.
        answer_reporter(report_id=decided.pk)
        [to_owner] = letters_to(BEN)
        [to_reporter] = [letter.body for letter in mail.outbox if letter.to == [REPORTER]]
        assert "It is somebody else’s song." in to_owner
        assert "appeals@obole.test" in to_owner
        assert REPORTER not in to_owner
        assert "no longer shown in public lists" in to_reporter
        assert "somebody else’s song" not in to_reporter
        decided.refresh_from_db()
        assert decided.email == ""


class TestLooking:
    def test_shows_what_the_person_sees_and_changes_nothing(
        self, office: Office, people: dict[str, User]
    ) -> None:
        ada = people["ada"]
        page = office.as_("sam", f"/admin/accounts/user/{ada.pk}/change/")
        page.get_by_role("link", name="Look at their pages").click()
        page.get_by_label("Reason").fill("Ticket 7")
        page.get_by_role("button", name="Look at their pages").click()
        banner = page.locator(".notice", has_text="You look at somebody else’s pages")
        expect(banner).to_contain_text("These are the pages of ada")
        expect(banner).to_contain_text("Ticket 7")

        office.go("/settings/profile")
        expect(banner).to_be_visible()
        page.get_by_label("Display name").fill("Somebody else")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("heading", name="Not while you look")).to_be_visible()
        office.go("/settings/sessions")
        expect(page.get_by_role("heading", name="Not while you look")).to_be_visible()

        office.go("/")
        banner.get_by_role("button", name="Stop looking").click()
        expect(page.locator("#user-tools")).to_contain_text("sam", ignore_case=True)
        office.go("/settings/profile")
        expect(page.get_by_role("main")).to_be_visible()
        expect(banner).to_have_count(0)

        ada.refresh_from_db()
        looking = Looking.objects.get()
        assert ada.display_name == ""
        assert looking.ended_at is not None
        assert "Ticket 7" in letters_to(ADA)[-1]
        assert StaffEntry.objects.filter(about=ada, deed="begin_look").count() == 1
        # Ada finds it under her settings, without a name.
        page = office.as_("ada", "/settings/privacy")
        expect(page.get_by_role("main")).to_contain_text("Ticket 7")
        expect(page.get_by_role("main")).not_to_contain_text("sam")
