"""The pages of one's clicks: those of the month, those that stand, those that wait."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from accounts.models import User
from accounts.visibility import Visibility
from payments.budgets.planning import set_budget
from payments.clicking.beginning import record_standing_clicks
from payments.clicking.recording import record_click
from payments.clicking.standing import (
    State,
    last_day_of,
    pause_standing_click,
    start_standing_click,
    state_of,
)
from payments.ledger.models import LedgerAccount
from payments.money import MICROS
from things.models import Click, PendingClick, StandingClick, Thing
from things.periods import Period

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
OURS = {"HTTP_ORIGIN": settings.SITE_URL, "HTTP_SEC_FETCH_SITE": "same-origin"}
HOST = "localhost:8000"
LIST = "/clicks/standing/"
PayIn = Callable[..., LedgerAccount]


@pytest.fixture
def browser(ada: User) -> Client:
    client = Client(HTTP_HOST=HOST)
    with time_machine.travel(NOON, tick=False):
        client.force_login(ada)
        yield client


@pytest.fixture
def means(ada: User, pay_in: PayIn) -> None:
    pay_in(ada, 10)
    set_budget(subscriber=ada, amount=5 * MICROS, currency="EUR", at=NOON)


@pytest.fixture
def standing(ada: User, song: Thing, means: None) -> StandingClick:
    return start_standing_click(subscriber=ada, thing=song, at=NOON)


def change(browser: Client, thing: Thing, deed: str, **said: str) -> int:
    return browser.post(f"{LIST}{thing.pk}", {"deed": deed} | said).status_code


class TestChangeStanding:
    def test_pauses_restarts_and_ends(
        self, browser: Client, song: Thing, standing: StandingClick
    ) -> None:
        active = []
        for deed in ("pause", "restart"):
            assert change(browser, song, deed) == 302
            standing.refresh_from_db()
            active.append(standing.active)
        assert active == [False, True]

        assert change(browser, song, "end") == 302

        assert not StandingClick.objects.exists()

    @pytest.mark.parametrize(
        ("term", "until"), [("3", date(2010, 12, 31)), ("open", None), ("4", None)]
    )
    def test_extends(
        self,
        browser: Client,
        song: Thing,
        standing: StandingClick,
        term: str,
        until: date | None,
    ) -> None:
        assert change(browser, song, "extend", term=term) == 302

        standing.refresh_from_db()
        assert standing.until == until

    def test_says_who_may_know(self, browser: Client, song: Thing, standing: StandingClick) -> None:
        assert change(browser, song, "show", visibility="anonymous") == 302

        standing.refresh_from_db()
        assert standing.visibility == Visibility.ANONYMOUS

    @pytest.mark.parametrize("deed", ["pause", "restart", "extend", "show", "end"])
    def test_knows_only_ones_own(
        self, eve: User, song: Thing, standing: StandingClick, deed: str
    ) -> None:
        stranger = Client(HTTP_HOST=HOST)
        stranger.force_login(eve)

        assert change(stranger, song, deed, term="3", visibility="public") == 404
        assert StandingClick.objects.get().active

    @pytest.mark.parametrize("deed", ["", "rob"])
    def test_refuses_what_it_does_not_know(
        self, browser: Client, song: Thing, standing: StandingClick, deed: str
    ) -> None:
        assert change(browser, song, deed) == 400


class TestStateOf:
    def test_says_how_each_stands(self, ada: User, ben: User, means: None) -> None:
        october = Period(2010, 10)
        things = [Thing.objects.create(url=f"https://ben.example/{n}", owner=ben) for n in range(5)]
        for thing, until in zip(things, [None, None, None, date(2010, 10, 31), None], strict=True):
            start_standing_click(subscriber=ada, thing=thing, at=NOON, until=until)
        pause_standing_click(subscriber=ada, thing_id=things[1].pk)
        Thing.objects.filter(pk=things[2].pk).update(state=Thing.State.WITHDRAWN)
        record_standing_clicks(period=october, at=october.starts_at)
        StandingClick.objects.filter(thing=things[4]).update(last_period=Period(2010, 9))

        standing = StandingClick.objects.select_related("thing__owner").order_by("pk")

        assert [state_of(one, at=october.starts_at) for one in standing] == [
            State.RUNNING,
            State.PAUSED,
            State.UNAVAILABLE,
            State.ENDED,
            State.DUE,
        ]


class TestListStanding:
    def test_says_that_means_were_wanting(self, ada: User, browser: Client, song: Thing) -> None:
        set_budget(subscriber=ada, amount=5 * MICROS, currency="EUR", at=NOON)
        StandingClick.objects.create(
            subscriber=ada,
            thing=song,
            created_at=NOON,
            started_at=NOON,
            last_period=Period(2010, 8),
        )
        before = browser.get(LIST).content.decode()
        record_standing_clicks(period=Period(2010, 9), at=NOON)

        after = browser.get(LIST).content.decode()

        notice = "There were no means at the beginning of the month"
        assert (notice in before, notice in after) == (False, True)
        assert "Waits for means" in after


class TestWindow:
    @pytest.mark.parametrize(
        ("term", "until", "words"),
        [
            ("6", last_day_of(6, after=Period(2010, 9)), "each month until March 31, 2011"),
            ("", None, "each month, until you end it"),
        ],
    )
    def test_repeats_for_a_term_and_as_visibly_as_the_click(
        self,
        ada: User,
        browser: Client,
        song: Thing,
        means: None,
        term: str,
        until: date | None,
        words: str,
    ) -> None:
        record_click(subscriber=ada, thing=song, at=NOON, visibility=Visibility.CREATOR)

        answer = browser.post("/click/repeat", {"subject": song.pk, "term": term}, **OURS)

        standing = StandingClick.objects.get()
        assert words in answer.content.decode()
        assert (standing.until, standing.visibility) == (until, Visibility.CREATOR)


class TestTakingBack:
    def test_leads_to_the_list_from_which_it_came(
        self, ada: User, browser: Client, song: Thing, means: None
    ) -> None:
        page = Thing.objects.create(url="https://nobody.example/")
        for thing in (song, page):
            record_click(subscriber=ada, thing=thing, at=NOON)

        counted = browser.post(f"/clicks/{song.pk}/take-back")
        waiting = browser.post(f"/clicks/{page.pk}/take-back", {"list": "waiting"})

        assert (counted["Location"], waiting["Location"]) == ("/clicks/", "/clicks/waiting/")
        assert not Click.objects.exists()
        assert not PendingClick.objects.exists()
