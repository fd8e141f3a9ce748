"""The week of a creator, told of on Monday morning where they are."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from accounts.mail.choosing import switch_off
from accounts.mail.kinds import Kind
from accounts.mail.models import Mail
from accounts.mail.rendering import render_mail
from accounts.models import User
from payments.clicking.recording import record_click
from payments.earnings.tasks import mail_weeks
from payments.earnings.weeks import Week, weeks_due
from things.aliases.merging import merge_things
from things.models import Thing
from things.popularity import count_popularity


def utc(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2010, month, day, hour, minute, tzinfo=UTC)


@pytest.fixture(autouse=True)
def ben(ben: User) -> User:
    """He lives in Auckland, which is twelve hours ahead, thirteen from 26 September on."""
    ben.email, ben.time_zone = "ben@ben.example", "Pacific/Auckland"
    ben.save()
    return ben


@pytest.fixture
def click(ada: User, song: Thing, give: Any) -> Any:
    give(ada)

    def clicked(at: datetime, thing: Thing = song) -> None:
        reader = User.objects.create_user(f"reader{User.objects.count()}")
        give(reader)
        record_click(subscriber=reader, thing=thing, at=at)

    return clicked


@pytest.fixture
def clock(time_machine: Any) -> Any:
    def come(at: datetime) -> None:
        time_machine.move_to(at, tick=False)
        count_popularity(at=at)
        mail_weeks()

    return come


def told() -> list[str]:
    """The subjects of the mails."""
    mails = Mail.objects.filter(kind=Kind.WEEK_RECEIVED).order_by("pk")
    return [render_mail(mail).subject for mail in mails]


class TestWeeksDue:
    @pytest.mark.parametrize(
        ("at", "monday"),
        [
            # Monday, 13 September, eight in the morning in Auckland is Sunday evening in UTC.
            (utc(9, 12, 19, 59), None),
            (utc(9, 12, 20), date(2010, 9, 13)),
            (utc(9, 14, 19, 59), date(2010, 9, 13)),
            (utc(9, 14, 20), None),
            # Clocks went forward on the 26th: eight comes an hour earlier in UTC.
            (utc(9, 26, 18, 59), None),
            (utc(9, 26, 19), date(2010, 9, 27)),
        ],
    )
    def test_are_those_of_monday_morning(self, at: datetime, monday: date | None) -> None:
        found = [week.monday for week in weeks_due(at=at) if week.zone == "Pacific/Auckland"]

        assert found == ([monday] if monday else [])

    def test_end_at_midnight_where_the_creator_is(self) -> None:
        week = Week("Pacific/Auckland", date(2010, 9, 27))

        assert week.at(0).astimezone(UTC) == utc(9, 26, 11)
        assert week.at(-7).astimezone(UTC) == utc(9, 19, 12)
        assert week.at(0).astimezone(UTC) - week.at(-7).astimezone(UTC) == timedelta(hours=167)


class TestWeek:
    def test_has_the_clicks_between_two_midnights(self, click: Any, clock: Any) -> None:
        click(utc(9, 5, 11, 59))  # Sunday, a minute before the week
        click(utc(9, 5, 12))
        click(utc(9, 12, 11, 59))
        click(utc(9, 12, 12))  # Monday at midnight: the next week
        clock(utc(9, 12, 20))
        clock(utc(9, 19, 20))

        assert told() == ["2 clicks on your things last week", "1 click on your things last week"]

    def test_goes_on_over_the_end_of_a_month(self, click: Any, clock: Any) -> None:
        click(utc(9, 27))
        click(utc(10, 2))
        clock(utc(10, 3, 20))

        assert told() == ["2 clicks on your things last week"]

    def test_says_what_was_best_and_what_the_month_would_bring(
        self, ben: User, song: Thing, click: Any, clock: Any
    ) -> None:
        other = Thing.objects.create(url="https://ben.example/<b>", owner=ben)
        old = Thing.objects.create(url="https://ben.example/old", owner=ben)
        for thing in (song, song, other, old):
            click(utc(9, 8), thing)
        merge_things(kept=song, absorbed=old, at=utc(9, 9))
        clock(utc(9, 12, 20))

        message = render_mail(Mail.objects.get(kind=Kind.WEEK_RECEIVED))
        assert "From Sept. 6, 2010 to Sept. 12, 2010:" in message.body
        assert "Clicks: 4\nThe week before: 0\n" in message.body
        assert "September 2010 so far, an estimate after the fee: €18.00" in message.body
        assert "* A song: 3\n* https://ben.example/%3Cb%3E: 1\n" in message.body.replace(
            "<b>", "%3Cb%3E"
        )
        assert "<b>" not in message.alternatives[0][0]
        assert "reader" not in message.body

    def test_is_told_of_once(self, click: Any, clock: Any, ben: User) -> None:
        click(utc(9, 8))
        clock(utc(9, 12, 20))
        clock(utc(9, 12, 20, 10))
        # In Samoa it is Sunday still: Monday comes a second time, but not its mail.
        User.objects.filter(pk=ben.pk).update(time_zone="Pacific/Pago_Pago")
        clock(utc(9, 13, 20))

        assert len(told()) == 1

    def test_of_nothing_is_not_told(self, click: Any, clock: Any) -> None:
        click(utc(9, 1))
        clock(utc(9, 12, 20))

        assert told() == []

    def test_can_be_switched_off(self, click: Any, clock: Any, ben: User) -> None:
        switch_off(user=ben, kind=Kind.WEEK_RECEIVED)
        click(utc(9, 8))
        clock(utc(9, 12, 20))

        assert not Mail.objects.filter(kind=Kind.WEEK_RECEIVED).exists()

    def test_speaks_french(self, click: Any, clock: Any, ben: User) -> None:
        User.objects.filter(pk=ben.pk).update(language="fr")
        click(utc(9, 8))
        clock(utc(9, 12, 20))

        assert told() == ["1 clic sur vos choses la semaine dernière"]
