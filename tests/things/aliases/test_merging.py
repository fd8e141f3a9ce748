"""One thing takes another one in, with its clicks, and nothing that is past changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.visibility import Visibility
from things.aliases.finding import thing_at, thing_numbered
from things.aliases.merging import CannotMerge, merge_things, move_latecomers
from things.aliases.moving import move_thing
from things.clicks import clicks_on
from things.counting import counts_of
from things.models import Click, PendingClick, Popularity, StandingClick, Thing
from things.partitions import ensure_partition, seal_partition
from things.periods import Period
from things.popularity import count_popularity

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
AUGUST, SEPTEMBER = Period(2010, 8), Period(2010, 9)


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user("ada")


@pytest.fixture
def ben(db: None) -> User:
    return User.objects.create_user("ben")


@pytest.fixture
def eve(db: None) -> User:
    return User.objects.create_user("eve")


@pytest.fixture
def old(ben: User) -> Thing:
    return Thing.objects.create(url="https://ben.example/?p=1", owner=ben)


@pytest.fixture
def new(ben: User) -> Thing:
    return Thing.objects.create(url="https://ben.example/tea", owner=ben)


@pytest.fixture
def _clicked(old: Thing, new: Thing, ada: User, eve: User) -> None:
    """In August, which is sealed, Ada clicked both; in September too, and Eve the old one."""
    for period in (AUGUST, SEPTEMBER):
        ensure_partition(period)
        for subscriber, thing in ((ada, old), (ada, new), (eve, old)):
            Click.objects.create(
                period=period,
                subscriber=subscriber,
                thing=thing,
                clicked_at=NOON,
                visibility=Visibility.ANONYMOUS if subscriber == eve else Visibility.PUBLIC,
            )
    seal_partition(AUGUST)


@pytest.mark.usefixtures("_clicked")
class TestMergeThings:
    def test_moves_the_clicks_of_open_periods_alone(self, old: Thing, new: Thing) -> None:
        merge_things(kept=new, absorbed=old, at=NOON)

        of = lambda thing, period: (  # noqa: E731
            Click.objects.in_period(period).filter(thing=thing).count()
        )
        assert (of(old, AUGUST), of(new, AUGUST)) == (2, 1)
        assert (of(old, SEPTEMBER), of(new, SEPTEMBER)) == (0, 2), "of Ada's two one is left"

    def test_shows_nobody_who_did_not_want_to_be_seen(
        self, old: Thing, new: Thing, eve: User
    ) -> None:
        merge_things(kept=new, absorbed=old, at=NOON)

        moved = Click.objects.in_period(SEPTEMBER).get(subscriber=eve)
        assert (moved.thing, moved.visibility) == (new, Visibility.ANONYMOUS)

    def test_adds_the_counts_up(self, old: Thing, new: Thing, ada: User, eve: User) -> None:
        merge_things(kept=new, absorbed=old, at=NOON)
        count_popularity(at=NOON)

        assert counts_of([new.pk, old.pk]) == {new.pk: 5, old.pk: 5}
        assert Popularity.objects.get(pk=new.pk).flattrs == 5
        assert Popularity.objects.get(pk=old.pk).flattrs == 0
        assert len(clicks_on(new, viewer=None, rows=slice(10))) == 3

    def test_lets_the_kept_answer_everywhere(self, old: Thing, new: Thing) -> None:
        move_thing(old, url="https://ben.example/?p=2", at=NOON)

        merge_things(kept=new, absorbed=old, at=NOON)

        for url in ("https://ben.example/?p=1", "https://ben.example/?p=2", new.url):
            assert thing_at(url) == new
        assert thing_numbered(old.pk) == new
        assert new.aliases.count() == 1

    def test_is_done_once(self, old: Thing, new: Thing) -> None:
        merge_things(kept=new, absorbed=old, at=NOON)
        merge_things(kept=new, absorbed=old, at=NOON + timedelta(days=1))

        assert old.merged_at == NOON

    def test_goes_on_to_the_last_of_a_chain(self, old: Thing, new: Thing, ben: User) -> None:
        last = Thing.objects.create(url="https://ben.example/last", owner=ben)

        merge_things(kept=new, absorbed=old, at=NOON)
        merge_things(kept=last, absorbed=new, at=NOON)

        assert thing_numbered(old.pk) == thing_at(old.url) == last
        assert counts_of([last.pk]) == {last.pk: 5}

    def test_moves_clicks_that_wait_and_that_stand(
        self, old: Thing, new: Thing, ada: User, eve: User
    ) -> None:
        for subscriber, thing in ((ada, old), (ada, new), (eve, old)):
            PendingClick.objects.create(subscriber=subscriber, thing=thing, clicked_at=NOON)
            StandingClick.objects.create(
                subscriber=subscriber,
                thing=thing,
                created_at=NOON,
                started_at=NOON,
                last_period=SEPTEMBER,
            )

        merge_things(kept=new, absorbed=old, at=NOON)

        for model in (PendingClick, StandingClick):
            assert set(model.objects.values_list("subscriber", "thing")) == {
                (ada.pk, new.pk),
                (eve.pk, new.pk),
            }

    def test_moves_a_click_that_was_on_its_way(self, old: Thing, new: Thing, ben: User) -> None:
        late = User.objects.create_user("late")
        merge_things(kept=new, absorbed=old, at=NOON)
        Click.objects.create(period=SEPTEMBER, subscriber=late, thing=old, clicked_at=NOON)

        assert move_latecomers(at=NOON + timedelta(minutes=10)) == 1
        assert Click.objects.get(subscriber=late).thing == new
        assert move_latecomers(at=NOON + timedelta(days=3)) == 0

    def test_refuses_things_of_two_people(self, old: Thing, eve: User) -> None:
        hers = Thing.objects.create(url="https://eve.example/", owner=eve)
        nobodys = Thing.objects.create(url="https://nobody.example/")

        for kept, absorbed in ((old, hers), (hers, old), (nobodys, old), (old, nobodys)):
            with pytest.raises(CannotMerge):
                merge_things(kept=kept, absorbed=absorbed, at=NOON)

    def test_refuses_itself_and_what_is_not_active(self, old: Thing, new: Thing) -> None:
        with pytest.raises(CannotMerge):
            merge_things(kept=old, absorbed=old, at=NOON)
        for state in (Thing.State.SUSPENDED, Thing.State.WITHDRAWN):
            Thing.objects.filter(pk=old.pk).update(state=state)
            with pytest.raises(CannotMerge):
                merge_things(kept=old, absorbed=new, at=NOON)
        Thing.objects.filter(pk=old.pk).update(state=Thing.State.SUSPENDED)
        with pytest.raises(CannotMerge):
            merge_things(kept=new, absorbed=old, at=NOON)


class TestDatabase:
    def test_merges_nothing_across_owners(self, old: Thing, eve: User) -> None:
        hers = Thing.objects.create(url="https://eve.example/", owner=eve)

        for change in (
            {"merged_into": hers, "merged_at": NOON, "state": "merged"},
            {"merged_into": old, "merged_at": NOON, "state": "merged"},
            {"state": "merged"},
            {"merged_into": hers},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                Thing.objects.filter(pk=old.pk).update(**change)
