"""Changing who learns of what was given."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection

from accounts.models import User
from accounts.visibility import Visibility
from things.models import Click, PendingClick, StandingClick, Thing
from things.partitions import ensure_partition, seal_partition
from things.periods import Period
from things.showing import (
    NothingToShow,
    show_click,
    show_clicks_so_far,
    show_standing_click,
)

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
AUGUST, SEPTEMBER = Period(2010, 8), Period(2010, 9)


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user("ada")


@pytest.fixture
def eve(db: None) -> User:
    return User.objects.create_user("eve")


@pytest.fixture
def song(db: None) -> Thing:
    return Thing.objects.create(
        url="https://ben.example/song", owner=User.objects.create_user("ben")
    )


def click(subscriber: User, thing: Thing, period: Period = SEPTEMBER) -> None:
    ensure_partition(period)
    Click.objects.bulk_create(
        [
            Click(
                period=period,
                subscriber=subscriber,
                thing=thing,
                clicked_at=NOON,
                visibility=Visibility.PUBLIC,
            )
        ]
    )


def shown(subscriber: User) -> list[int]:
    clicks = Click.objects.filter(subscriber=subscriber).order_by("period")
    return list(clicks.values_list("visibility", flat=True))


class TestShowClick:
    def test_changes_ones_own_alone(self, ada: User, eve: User, song: Thing) -> None:
        click(ada, song)
        click(eve, song)

        show_click(
            subscriber=ada, thing_id=song.pk, period=SEPTEMBER, visibility=Visibility.ANONYMOUS
        )

        assert (shown(ada), shown(eve)) == ([Visibility.ANONYMOUS], [Visibility.PUBLIC])

    def test_changes_one_that_waits(self, ada: User, song: Thing) -> None:
        PendingClick.objects.create(subscriber=ada, thing=song, clicked_at=NOON)

        show_click(
            subscriber=ada, thing_id=song.pk, period=SEPTEMBER, visibility=Visibility.CREATOR
        )

        assert PendingClick.objects.get().visibility == Visibility.CREATOR

    def test_refuses_where_there_is_none(self, ada: User, eve: User, song: Thing) -> None:
        click(ada, song)

        with pytest.raises(NothingToShow):
            show_click(
                subscriber=eve, thing_id=song.pk, period=SEPTEMBER, visibility=Visibility.PUBLIC
            )

    def test_changes_a_click_that_is_sealed(self, ada: User, song: Thing) -> None:
        click(ada, song)
        seal_partition(SEPTEMBER)

        show_click(
            subscriber=ada, thing_id=song.pk, period=SEPTEMBER, visibility=Visibility.ANONYMOUS
        )

        assert shown(ada) == [Visibility.ANONYMOUS]

    @pytest.mark.parametrize(
        "change", ["clicked_at = now()", "subscriber_id = 1, visibility = 0", "thing_id = 1"]
    )
    def test_opens_the_seal_for_nothing_else(self, ada: User, song: Thing, change: str) -> None:
        click(ada, song)
        seal_partition(SEPTEMBER)

        with (
            pytest.raises(DatabaseError, match=r"UPDATE of .* refused: the period is sealed"),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE things_click SET {change}")


class TestShowStandingClick:
    def test_changes_ones_own_alone(self, ada: User, eve: User, song: Thing) -> None:
        StandingClick.objects.create(
            subscriber=ada, thing=song, created_at=NOON, started_at=NOON, last_period=SEPTEMBER
        )

        with pytest.raises(NothingToShow):
            show_standing_click(subscriber=eve, thing_id=song.pk, visibility=Visibility.PUBLIC)
        show_standing_click(subscriber=ada, thing_id=song.pk, visibility=Visibility.CREATOR)

        assert StandingClick.objects.get().visibility == Visibility.CREATOR


class TestShowClicksSoFar:
    def test_changes_every_month_sealed_or_not_and_nobody_elses(
        self, ada: User, eve: User, song: Thing
    ) -> None:
        for period in (AUGUST, SEPTEMBER):
            click(ada, song, period)
            click(eve, song, period)
        seal_partition(AUGUST)

        show_clicks_so_far(subscriber=ada, visibility=Visibility.ANONYMOUS)

        assert shown(ada) == [Visibility.ANONYMOUS] * 2
        assert shown(eve) == [Visibility.PUBLIC] * 2
