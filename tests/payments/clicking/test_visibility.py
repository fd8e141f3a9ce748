"""Who may know of a click: said with it, or chosen for all; by every way in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.visibility import Visibility
from payments.budgets.planning import set_budget
from payments.clicking.at_once import count_at_once
from payments.clicking.beginning import record_standing_clicks
from payments.clicking.claiming import claim_site
from payments.clicking.connecting import connect
from payments.clicking.recording import record_click
from payments.clicking.standing import start_standing_click
from payments.clicking.tokens import connect_code
from payments.ledger.models import LedgerAccount
from payments.money import MICROS
from things.models import Click, PendingClick, Thing
from things.periods import Period
from things.sites.owning import ask_for_site, verify_site

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
OURS = {"HTTP_ORIGIN": settings.SITE_URL, "HTTP_SEC_FETCH_SITE": "same-origin"}
HOST = "localhost:8000"
PUBLIC, CREATOR, ANONYMOUS = Visibility


@pytest.fixture
def means(ada: User, pay_in: Callable[..., LedgerAccount]) -> None:
    """She gives 5 a month, to be known to creators alone."""
    User.objects.filter(pk=ada.pk).update(visibility=CREATOR)
    ada.refresh_from_db()
    pay_in(ada, 10)
    set_budget(subscriber=ada, amount=5 * MICROS, currency="EUR", at=NOON)


@pytest.fixture
def browser(ada: User, means: None) -> Client:
    """Hers, signed in."""
    client = Client(HTTP_HOST=HOST)
    client.force_login(ada)
    return client


def confirm(client: Client, thing: Thing, **said: str) -> int:
    """Open the window of a thing, and confirm what it asks. Returns the status."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        page = client.get(f"/thing/{thing.pk}").content.decode()
        token = page.partition('name="token" value="')[2].partition('"')[0]
        clock.shift(1)
        form = {"token": token, "subject": str(thing.pk)} | said
        return client.post("/click", form, **OURS).status_code


def visibility() -> int:
    """That of the one click there is."""
    return Click.objects.get().visibility


class TestRecordClick:
    @pytest.mark.parametrize(
        ("said", "shown"), [(None, CREATOR), (PUBLIC, PUBLIC), (ANONYMOUS, ANONYMOUS)]
    )
    def test_is_as_visible_as_said_or_as_chosen_for_all(
        self, ada: User, song: Thing, means: None, said: Visibility | None, shown: Visibility
    ) -> None:
        record_click(subscriber=ada, thing=song, at=NOON, visibility=said)

        assert visibility() == shown

    def test_leaves_the_first_click_as_it_was(self, ada: User, song: Thing, means: None) -> None:
        for said in (ANONYMOUS, PUBLIC):
            record_click(subscriber=ada, thing=song, at=NOON, visibility=said)

        assert visibility() == ANONYMOUS

    def test_keeps_its_visibility_while_it_waits_and_when_it_counts(
        self, ada: User, ben: User, means: None
    ) -> None:
        page = Thing.objects.create(url="https://ben.example/page")
        record_click(subscriber=ada, thing=page, at=NOON, visibility=ANONYMOUS)
        assert PendingClick.objects.get().visibility == ANONYMOUS

        claim_site(ask_for_site(creator=ben, address="ben.example", at=NOON), at=NOON)

        assert visibility() == ANONYMOUS


class TestCountAtOnce:
    def test_is_as_visible_as_chosen_for_all(
        self, ada: User, ben: User, song: Thing, means: None
    ) -> None:
        site = ask_for_site(creator=ben, address="ben.example", at=NOON)
        verify_site(site, at=NOON)
        other = Thing.objects.create(url="https://ben.example/other", owner=ben)
        record_click(subscriber=ada, thing=other, at=NOON)
        secret = connect(connect_code(subscriber=ada.pk, site=site.pk), at=NOON)

        assert count_at_once(secret=secret, thing_id=song.pk, at=NOON)

        assert Click.objects.get(thing=song).visibility == CREATOR


class TestStandingClick:
    def test_brings_in_what_it_was_started_with(self, ada: User, song: Thing, means: None) -> None:
        start_standing_click(subscriber=ada, thing=song, at=NOON)
        User.objects.filter(pk=ada.pk).update(visibility=PUBLIC)

        record_standing_clicks(period=Period(2010, 10), at=NOON + timedelta(days=30))

        assert visibility() == CREATOR


class TestWindow:
    @pytest.mark.parametrize(
        ("said", "shown"),
        [({}, CREATOR), ({"visibility": "public"}, PUBLIC), ({"visibility": "loud"}, CREATOR)],
    )
    def test_counts_as_visible_as_the_form_says(
        self,
        song: Thing,
        browser: Client,
        said: dict[str, str],
        shown: Visibility,
    ) -> None:
        assert confirm(browser, song, **said) == 200

        assert visibility() == shown

    def test_remembers_it_while_the_click_waits_for_means(
        self, eve: User, song: Thing, pay_in: Callable[..., LedgerAccount]
    ) -> None:
        client = Client(HTTP_HOST=HOST)
        client.force_login(eve)
        assert confirm(client, song, visibility="anonymous") == 402
        pay_in(eve, 10)

        client.post("/giving/budget/", {"amount": "5", "currency": "EUR"})

        assert visibility() == ANONYMOUS


class TestList:
    def test_changes_who_may_know(self, ada: User, song: Thing, browser: Client) -> None:
        record_click(subscriber=ada, thing=song, at=timezone.now())

        answer = browser.post(f"/clicks/{song.pk}/show", {"visibility": "anonymous"})

        assert answer.status_code == 302
        assert visibility() == ANONYMOUS

    def test_refuses_what_is_none_and_what_is_not_there(self, song: Thing, browser: Client) -> None:

        answers = [
            browser.post(f"/clicks/{song.pk}/show", {"visibility": said}).status_code
            for said in ("", "public")
        ]

        assert answers == [400, 404]


class TestSettingsPage:
    @pytest.mark.parametrize(("so_far", "before"), [({}, CREATOR), ({"so_far": "1"}, ANONYMOUS)])
    def test_chooses_for_what_comes_and_if_wanted_for_what_was(
        self,
        ada: User,
        song: Thing,
        browser: Client,
        so_far: dict[str, str],
        before: Visibility,
    ) -> None:
        record_click(subscriber=ada, thing=song, at=timezone.now())

        answer = browser.post("/settings/giving/", {"visibility": "anonymous"} | so_far)

        ada.refresh_from_db()
        assert answer.status_code == 302
        assert (ada.visibility, visibility()) == (ANONYMOUS, before)

    def test_refuses_what_is_none(self, ada: User, browser: Client) -> None:

        assert browser.post("/settings/giving/", {"visibility": "loud"}).status_code == 400
        ada.refresh_from_db()
        assert ada.visibility == CREATOR
