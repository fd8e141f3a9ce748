"""Counts: true in PostgreSQL, remembered in Redis for seconds."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from django.db import connection

from accounts.models import User
from things.counting import (
    HELD,
    LIFE,
    _key,
    _redis,
    add_to_count,
    count_after_clicks,
    count_of,
    counts_of,
)
from things.models import Click, Thing
from things.partitions import ensure_partition
from things.periods import Period

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)


@pytest.fixture
def song(db: None) -> Thing:
    owner = User.objects.create_user("ben")
    return Thing.objects.create(url="https://ben.example/song", owner=owner)


def click(thing: Thing, name: str) -> None:
    ensure_partition(Period.of(NOON))
    subscriber = User.objects.create_user(name)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO things_click (period, subscriber_id, thing_id, clicked_at)"
            " VALUES (%s, %s, %s, %s)",
            [Period.of(NOON).first_day, subscriber.pk, thing.pk, NOON],
        )


class TestCounts:
    def test_are_exact_within_ten_seconds(self) -> None:
        assert LIFE + HELD < 10

    def test_are_asked_of_the_database_once(
        self, song: Thing, django_assert_num_queries: object
    ) -> None:
        click(song, "ada")
        with django_assert_num_queries(1):  # type: ignore[operator]
            assert [count_of(song.pk), count_of(song.pk)] == [1, 1]

    def test_are_right_again_when_redis_is_empty(self, song: Thing) -> None:
        click(song, "ada")
        count_of(song.pk)
        click(song, "eve")
        assert count_of(song.pk) == 1

        cache.clear()

        assert count_of(song.pk) == 2

    def test_have_a_click_that_was_committed_just_now_once(self, song: Thing) -> None:
        click(song, "ada")
        assert count_after_clicks({song.pk: 1}) == {song.pk: 1}

        click(song, "eve")
        assert [count_after_clicks({song.pk: 1}), count_of(song.pk)] == [{song.pk: 2}, 2]

    def test_have_clicks_on_several_things(self, song: Thing) -> None:
        other = Thing.objects.create(url="https://ben.example/other")
        count_of(song.pk)
        click(song, "ada")
        click(song, "eve")
        click(other, "olga")

        assert count_after_clicks({song.pk: 2, other.pk: 1}) == {song.pk: 2, other.pk: 1}

    def test_add_what_is_clicked_meanwhile(self, song: Thing) -> None:
        count_of(song.pk)

        add_to_count(song.pk, 1)

        assert count_of(song.pk) == 1
        assert 0 < _redis_life(song) <= LIFE

    def test_are_not_begun_by_adding(self, song: Thing) -> None:
        add_to_count(song.pk, 1)

        assert count_of(song.pk) == 0

    def test_forget_an_error_after_their_life(self, song: Thing) -> None:
        count_of(song.pk)
        add_to_count(song.pk, 7)

        time.sleep(LIFE + 0.1)

        assert count_of(song.pk) == 0

    def test_of_many_take_one_query(self, song: Thing, django_assert_num_queries: object) -> None:
        other = Thing.objects.create(url="https://ben.example/other")
        click(song, "ada")

        with django_assert_num_queries(1):  # type: ignore[operator]
            assert counts_of([song.pk, other.pk]) == {song.pk: 1, other.pk: 0}

    def test_come_from_the_database_when_redis_is_away(
        self, song: Thing, settings: object, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        click(song, "ada")
        monkeypatch.setattr("django.conf.settings.REDIS_URL", "unix:///nowhere/socket")

        add_to_count(song.pk, 1)

        assert count_of(song.pk) == 1
        assert Click.objects.count() == 1


def _redis_life(thing: Thing) -> int:
    from django.conf import settings

    return int(_redis(settings.REDIS_URL).ttl(_key(thing.pk)))
