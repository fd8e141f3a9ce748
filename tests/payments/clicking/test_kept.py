"""Clicks for which there are no means: kept, and counted once there are."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from at_once import meanwhile
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.visibility import Visibility
from payments.budgets.planning import set_budget
from payments.clicking import kept
from payments.clicking.answering import Answer, State, answer_undo
from payments.clicking.connecting import connect
from payments.clicking.cookies import cookie_name
from payments.clicking.kept import (
    LIFE,
    click_or_keep,
    count_all_kept_clicks,
    count_kept_clicks,
    drop_old_clicks,
    has_kept_click,
    keep_click,
)
from payments.clicking.models import KeptClick
from payments.clicking.tasks import count_kept_clicks_of_all, drop_old_clicks_that_wait
from payments.clicking.tokens import connect_code
from payments.ledger.models import LedgerAccount
from payments.money import MICROS
from things.models import Click, PendingClick, Thing
from things.sites.models import Site

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
PAGE = "user_id=ben&url=https%3A%2F%2Fben.example%2Fnew&title=New"
PayIn = Callable[..., LedgerAccount]


def give_means(subscriber: User, pay_in: PayIn) -> None:
    pay_in(subscriber, 10)
    set_budget(subscriber=subscriber, amount=5 * MICROS, currency="EUR", at=NOON)


def click(subscriber: User, subject: str) -> Answer:
    return click_or_keep(subscriber=subscriber, subject=subject, at=NOON)


class TestClickOrKeep:
    def test_keeps_a_click_without_means_and_counts_it_with_them(
        self, ada: User, song: Thing, pay_in: PayIn
    ) -> None:
        assert click(ada, str(song.pk)).state is State.NO_MEANS
        assert (has_kept_click(ada, song), Click.objects.count()) == (True, 0)
        assert count_kept_clicks(subscriber=ada, at=NOON) == []

        give_means(ada, pay_in)
        (answer,) = count_kept_clicks(subscriber=ada, at=NOON)

        assert (answer.state, answer.thing) == (State.COUNTED, song)
        assert (KeptClick.objects.count(), Click.objects.count()) == (0, 1)

    def test_brings_a_things_being_only_when_it_counts(
        self, ada: User, site: Site, pay_in: PayIn
    ) -> None:
        click(ada, PAGE)
        assert not Thing.objects.exists()

        give_means(ada, pay_in)
        count_kept_clicks(subscriber=ada, at=NOON)

        assert Click.objects.get().thing == Thing.objects.get(title="New")

    def test_keeps_a_page_once(self, ada: User, song: Thing) -> None:
        for _ in range(2):
            click(ada, str(song.pk))

        assert KeptClick.objects.count() == 1

    def test_remembers_who_may_know(self, ada: User, song: Thing, pay_in: PayIn) -> None:
        click_or_keep(
            subscriber=ada, subject=str(song.pk), at=NOON, visibility=Visibility.ANONYMOUS
        )

        give_means(ada, pay_in)
        count_kept_clicks(subscriber=ada, at=NOON)

        assert Click.objects.get().visibility == Visibility.ANONYMOUS

    def test_of_a_connected_reader_in_the_frame_keeps_too(
        self, ada: User, site: Site, song: Thing
    ) -> None:
        client = Client(HTTP_HOST="localhost:8000")
        now = timezone.now()
        code = connect_code(subscriber=ada.pk, site=site.pk)
        client.cookies[cookie_name()] = connect(code, at=now)

        answer = client.post(
            "/embed/act/click",
            json.dumps({"s": str(song.pk)}),
            content_type="application/json",
            HTTP_ORIGIN=settings.SITE_URL,
        )

        assert (
            answer.json()["text"] == "Your click is kept. It counts as soon as you have a budget."
        )
        assert KeptClick.objects.get().subscriber == ada

    def test_keeps_the_latest_of_too_many(
        self, ada: User, song: Thing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(kept, "MOST", 2)
        for number in range(3):
            url = f"https://ben.example/{number}"
            at = NOON + timedelta(minutes=number)
            keep_click(subscriber=ada, subject="1", url=url, at=at)

        assert set(KeptClick.objects.values_list("url", flat=True)) == {
            "https://ben.example/1",
            "https://ben.example/2",
        }


class TestUndo:
    def test_drops_what_is_kept(self, ada: User, song: Thing) -> None:
        click(ada, str(song.pk))

        answer = answer_undo(subscriber=ada, subject=str(song.pk), at=NOON)

        assert answer.state is State.UNDONE
        assert not KeptClick.objects.exists()

    def test_drops_what_is_kept_of_a_page_that_is_no_thing_yet(self, ada: User, site: Site) -> None:
        click(ada, PAGE)

        states = [answer_undo(subscriber=ada, subject=PAGE, at=NOON).state for _ in range(2)]

        assert states == [State.UNDONE, State.NOTHING]

    def test_in_the_list_is_the_viewers_alone(
        self, client: Client, ada: User, eve: User, song: Thing
    ) -> None:
        click(ada, str(song.pk))
        address = f"/clicks/kept/{KeptClick.objects.get().pk}/drop"

        client.force_login(eve)
        assert client.post(address).status_code == 404
        client.force_login(ada)
        assert song.url in client.get("/clicks/waiting/").content.decode()
        client.post(address)

        assert not KeptClick.objects.exists()


class TestCountAllKeptClicks:
    def test_asks_those_who_have_the_means(
        self, ada: User, eve: User, song: Thing, pay_in: PayIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[User] = []
        for subscriber in (ada, eve):
            click(subscriber, str(song.pk))
        set_budget(subscriber=eve, amount=5 * MICROS, currency="EUR", at=NOON)
        pay_in(eve, 4)
        give_means(ada, pay_in)
        real = kept.count_kept_clicks
        monkeypatch.setattr(
            kept,
            "count_kept_clicks",
            lambda *, subscriber, at: (
                asked.append(subscriber) or real(subscriber=subscriber, at=at)
            ),
        )

        assert count_all_kept_clicks(at=NOON) == 1

        assert asked == [ada]
        assert KeptClick.objects.get().subscriber == eve

    def test_goes_on_where_the_budget_is_held_already(
        self, ada: User, song: Thing, site: Site, pay_in: PayIn
    ) -> None:
        pay_in(ada, 5)
        click(ada, PAGE)
        set_budget(subscriber=ada, amount=5 * MICROS, currency="EUR", at=NOON)
        click(ada, str(song.pk))

        assert count_all_kept_clicks(at=NOON) == 1

        assert Click.objects.count() == 2

    def test_drops_what_is_refused_for_good(
        self, ada: User, song: Thing, site: Site, pay_in: PayIn
    ) -> None:
        click(ada, PAGE)
        give_means(ada, pay_in)
        User.objects.filter(username="ben").update(suspended=True)

        assert count_all_kept_clicks(at=NOON) == 0

        assert not KeptClick.objects.exists()

    def test_is_a_task(self, ada: User, song: Thing, pay_in: PayIn) -> None:
        click(ada, str(song.pk))
        pay_in(ada, 10)
        set_budget(subscriber=ada, amount=5 * MICROS, currency="EUR", at=timezone.now())

        assert count_kept_clicks_of_all() == 1


class TestDropOldClicks:
    def test_drops_what_waits_for_half_a_year(self, ada: User, eve: User, song: Thing) -> None:
        nobodys = Thing.objects.create(url="https://nobody.example/")
        for subscriber, at in ((ada, NOON), (eve, NOON + timedelta(days=1))):
            keep_click(subscriber=subscriber, subject=str(song.pk), url=song.url, at=at)
            PendingClick.objects.create(subscriber=subscriber, thing=nobodys, clicked_at=at)

        assert drop_old_clicks(at=NOON + LIFE + timedelta(seconds=1)) == 2

        assert KeptClick.objects.get().subscriber == eve
        assert PendingClick.objects.get().subscriber == eve
        assert drop_old_clicks_that_wait() == 2


@pytest.mark.django_db(transaction=True)
class TestTwoAtOnce:
    def test_count_a_click_once(
        self, ada: User, song: Thing, pay_in: PayIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        click(ada, str(song.pk))
        give_means(ada, pay_in)
        others: list[list[Answer]] = []
        real = kept.answer_click

        def with_another(**said: object) -> Answer:
            if not others:
                others.append([])
                second = meanwhile(lambda: count_kept_clicks(subscriber=ada, at=NOON))
                others[0] = second.result(timeout=20)
            return real(**said)

        monkeypatch.setattr(kept, "answer_click", with_another)

        mine = count_kept_clicks(subscriber=ada, at=NOON)

        assert ([answer.state for answer in mine], others) == ([State.COUNTED], [[]])
        assert Click.objects.count() == 1
