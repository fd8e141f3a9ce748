"""The first click ever on something of a creator's is told of once, and not years later."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.mail.choosing import switch_off
from accounts.mail.kinds import Kind
from accounts.mail.models import Mail
from accounts.mail.rendering import render_mail
from accounts.mail.sending import send_due
from accounts.models import User
from payments.clicking.recording import take_back_click
from payments.earnings.models import CreatorNews
from payments.earnings.tasks import mail_first_clicks
from things.models import Thing
from things.popularity import count_popularity

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
SOON = NOON + timedelta(minutes=20)


@pytest.fixture(autouse=True)
def ben(ben: User, time_machine: Any) -> User:
    time_machine.move_to(SOON, tick=False)
    ben.email, ben.language = "ben@ben.example", "fr"
    ben.save()
    return ben


def clock(at: datetime = SOON) -> None:
    count_popularity(at=at)
    mail_first_clicks()


def told() -> list[Mail]:
    return list(Mail.objects.filter(kind=Kind.FIRST_CLICK))


class TestFirstClick:
    def test_is_told_of_once(self, ada: User, eve: User, song: Thing, give: Any) -> None:
        give(ada, song)
        clock()
        give(eve, song)
        clock()
        Mail.objects.filter(kind=Kind.FIRST_CLICK).update(key="forgotten after 60 days")
        clock()

        [mail] = told()
        message = render_mail(mail)
        assert message.subject == "Le premier clic\xa0: quelqu’un donne à A song"
        assert "9 septembre 2010" in message.body
        assert "/creators/ben/months/" in message.body
        assert "ada" not in message.body + message.subject

    def test_names_no_click_that_was_taken_back(self, ada: User, song: Thing, give: Any) -> None:
        give(ada, song)
        count_popularity(at=SOON)
        take_back_click(subscriber=ada, thing=song, at=NOON)
        mail_first_clicks()

        assert not told()
        assert not CreatorNews.objects.exists()

    def test_is_no_news_after_years(
        self, ada: User, eve: User, ben: User, song: Thing, give: Any, time_machine: Any
    ) -> None:
        give(ada, song)
        years_later = NOON + timedelta(days=700)
        time_machine.move_to(years_later, tick=False)
        Thing.objects.create(url="https://ben.example/new", owner=ben)
        song.popularity.__class__.objects.filter(thing=song).update(flattrs_day=1)
        mail_first_clicks()

        assert not told()
        assert CreatorNews.objects.get().first_click_at == NOON

    def test_can_be_switched_off(self, ada: User, ben: User, song: Thing, give: Any) -> None:
        switch_off(user=ben, kind=Kind.FIRST_CLICK)
        give(ada, song)
        clock()
        send_due(at=SOON)

        assert [mail.state for mail in told()] == [Mail.State.SKIPPED]

    def test_asks_as_often_for_many(
        self, ada: User, song: Thing, give: Any, django_assert_num_queries: Any
    ) -> None:
        others = [User.objects.create_user(f"creator{n}") for n in range(3)]
        things = [
            Thing.objects.create(url=f"https://c{one.pk}.example/", owner=one) for one in others
        ]
        give(ada, song, *things)
        count_popularity(at=SOON)

        # Two transactions, of which the second finds nothing: with their savepoints.
        with django_assert_num_queries(10):
            mail_first_clicks()

        assert len(told()) == 4
