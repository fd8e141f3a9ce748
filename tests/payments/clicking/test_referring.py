"""From which pages clicks come: counted beside them, shown to the creator, with nobody's name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from payments.clicking.at_once import count_at_once
from payments.clicking.connecting import connect
from payments.clicking.subjects import click_subject
from payments.clicking.tokens import connect_code
from payments.settlement.models import Settlement
from things.models import Click, Thing
from things.periods import Period
from things.referring.counting import ReferringPage, add_up_referrals, note_referral, pages_of
from things.referring.models import Referral, ReferredClicks
from things.sites.owning import ask_for_site, verify_site

SEPTEMBER = Period(2010, 9)


def noted(creator: User, period: Period = SEPTEMBER) -> dict[str, int]:
    return {one.page: one.clicks for one in pages_of(creator, period, most=10)}


class TestCounting:
    def test_adds_up_and_shows_the_same_before_and_after(self, ben: User, song: Thing) -> None:
        for page in ("a.example", "b.example/x", "a.example"):
            note_referral(thing_id=song.pk, period=SEPTEMBER, page=page)
        note_referral(thing_id=song.pk, period=SEPTEMBER, page="")
        before = noted(ben)
        add_up_referrals()
        note_referral(thing_id=song.pk, period=SEPTEMBER, page="a.example")
        add_up_referrals()
        add_up_referrals()

        assert before == {"a.example": 2, "b.example/x": 1}
        assert noted(ben) == {"a.example": 3, "b.example/x": 1}
        assert not Referral.objects.exists()

    def test_names_no_reader(self) -> None:
        for model in (Referral, ReferredClicks):
            names = {field.name for field in model._meta.fields}
            assert names <= {"id", "period", "thing", "page", "clicks"}


class TestClick:
    def test_notes_the_page_with_the_click_alone(
        self, ada: User, ben: User, song: Thing, give: Any
    ) -> None:
        give(ada)
        at = SEPTEMBER.starts_at + timedelta(days=8)
        for _ in range(2):
            click_subject(subscriber=ada, subject=str(song.pk), at=at, page="a.example")

        assert noted(ben) == {"a.example": 1}

    def test_by_a_link_says_where_the_link_was(
        self, client: Client, ada: User, ben: User, song: Thing, pay_in: Any, time_machine: Any
    ) -> None:
        now = timezone.now()
        time_machine.move_to(now, tick=False)
        client.force_login(ada)
        page = client.get(f"/thing/{song.pk}", headers={"referer": "https://a.example/list?u=ada"})
        [field] = [line for line in page.content.decode().split("<input") if 'name="from"' in line]
        [token] = [line for line in page.content.decode().split("<input") if 'name="token"' in line]
        pay_in(ada, 10)
        from payments.budgets.planning import set_budget

        set_budget(subscriber=ada, amount=5_000_000, currency="EUR", at=now)
        time_machine.move_to(now + timedelta(seconds=5), tick=False)
        client.post(
            "/click",
            {
                "subject": song.pk,
                "token": token.split('value="')[1].split('"')[0],
                "from": field.split('value="')[1].split('"')[0],
            },
        )

        assert Click.objects.count() == 1
        assert noted(ben, Period.of(now)) == {"a.example/list": 1}

    def test_of_a_connected_reader_says_the_site(
        self, ada: User, ben: User, song: Thing, give: Any, time_machine: Any
    ) -> None:
        at = SEPTEMBER.starts_at + timedelta(days=8)
        time_machine.move_to(at, tick=False)
        other = Thing.objects.create(url="https://ben.example/other", owner=ben)
        give(ada, other)
        site = ask_for_site(creator=ben, address="ben.example", at=at)
        verify_site(site, at=at)
        secret = connect(connect_code(subscriber=ada.pk, site=site.pk), at=at)

        assert count_at_once(secret=secret, thing_id=song.pk, at=at)
        assert not count_at_once(secret=secret, thing_id=song.pk, at=at)
        assert noted(ben) == {"ben.example": 1}
        assert Click.objects.count() == 2


class TestPages:
    @pytest.fixture
    def settled(
        self, ada: User, song: Thing, give: Callable[..., None], settle: Callable[[], Settlement]
    ) -> None:
        give(ada, song)
        note_referral(thing_id=song.pk, period=SEPTEMBER, page="a.example/<b>")
        settle()

    def test_show_it_to_the_creator(self, client: Client, ben: User, settled: None) -> None:
        client.force_login(ben)

        page = client.get("/creators/ben/months/2010-09/").content.decode()

        assert "From which pages" in page
        assert "a.example/&lt;b&gt;" in page

    def test_have_it_in_files(self, client: Client, ben: User, settled: None) -> None:
        client.force_login(ben)

        found = client.get("/creators/ben/months/2010-09.json").json()
        csv = client.get("/creators/ben/months/2010-09.pages").content.decode()

        assert found["pages"] == [{"page": "a.example/<b>", "clicks": 1}]
        assert csv == "page,clicks\na.example/<b>,1\n"
        assert pages_of(ben, SEPTEMBER, most=1) == [ReferringPage("a.example/<b>", 1)]
