"""Clicks of connected readers that come at once are counted in one statement, each on its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from at_once import at_once
from django.db import connection, transaction

from accounts.models import User
from payments.budgets.models import Budget
from payments.clicking.at_once import Incoming, count_at_once, count_together
from payments.clicking.connecting import connect, digest_of
from payments.clicking.models import ClickAddress
from payments.clicking.tokens import connect_code
from things.models import Click, Thing
from things.periods import Period
from things.referring.models import Referral
from things.sites.models import Connection, Site

SEPTEMBER = Period(2010, 9)
NOON = SEPTEMBER.starts_at + timedelta(days=8)
Give = Callable[..., None]
Connect = Callable[[User], str]


@pytest.fixture
def connected(site: Site, ben: User, give: Give) -> Connect:
    """The secret of a connection of somebody whose budget is held since an earlier click."""

    def of(reader: User) -> str:
        if not Budget.objects.filter(subscriber=reader).exists():
            first, _ = Thing.objects.get_or_create(url="https://ben.example/first", owner=ben)
            give(reader, first)
        return connect(connect_code(subscriber=reader.pk, site=site.pk), at=NOON)

    return of


def count(*clicks: tuple[str, Thing], at: datetime = NOON) -> list[int | None]:
    """What the threads are told whose clicks came at once."""
    return count_together(
        [Incoming(digest_of(secret), thing.pk, at, bytes(16)) for secret, thing in clicks]
    )


class TestOneStatement:
    def test_counts_several(
        self, ada: User, eve: User, song: Thing, poem: Thing, connected: Connect
    ) -> None:
        ada_s, eve_s = connected(ada), connected(eve)

        assert count((ada_s, song), (eve_s, poem), (eve_s, song)) == [2, 1, 2]
        assert ClickAddress.objects.count() == 2
        assert Referral.objects.filter(page="ben.example").count() == 3

    def test_answers_for_each(
        self, ada: User, eve: User, olga: User, song: Thing, connected: Connect
    ) -> None:
        """What is refused, and what was counted before, takes nothing from its neighbours."""
        ada_s, eve_s, olga_s = connected(ada), connected(eve), connected(olga)
        count((ada_s, song))
        User.objects.filter(pk=eve.pk).update(suspended=True)

        assert count((ada_s, song), (eve_s, song), ("nobody's", song), (olga_s, song)) == [
            None, None, None, 2,
        ]  # fmt: skip
        assert Referral.objects.count() == 2

    def test_counts_once_by_two_devices(self, ada: User, song: Thing, connected: Connect) -> None:
        one, other = connected(ada), connected(ada)

        assert count((one, song), (other, song), (one, song)) == [1, None, None]
        assert Click.objects.filter(thing=song).count() == 1
        assert Referral.objects.count() == 1

    def test_keeps_the_month_of_each(
        self, ada: User, song: Thing, poem: Thing, connected: Connect
    ) -> None:
        secret = connected(ada)
        Connection.objects.update(used_at=SEPTEMBER.ends_at)
        instant = timedelta(microseconds=1)
        clicks = [
            Incoming(digest_of(secret), song.pk, SEPTEMBER.ends_at - instant, None),
            Incoming(digest_of(secret), poem.pk, SEPTEMBER.ends_at, None),
        ]

        # Of October no budget is held.
        assert count_together(clicks) == [1, None]
        assert not Click.objects.filter(thing=poem).exists()


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_counts_each_reader_once(self, song: Thing, poem: Thing, connected: Connect) -> None:
        readers = [User.objects.create_user(f"reader{number}") for number in range(8)]
        secrets = [connected(reader) for reader in readers]

        counts = at_once(
            *(
                lambda secret=secret, thing=thing: count_at_once(  # type: ignore[misc]
                    secret=secret, thing_id=thing.pk, at=NOON
                )
                for secret in secrets
                for thing in (song, song)
            )
        )

        assert len([number for number in counts if number is not None]) == 8
        assert max(number for number in counts if number is not None) == 8
        assert Click.objects.filter(thing=song).count() == 8

    def test_waits_for_nobody_whose_budget_is_locked(
        self, ada: User, eve: User, song: Thing, connected: Connect
    ) -> None:
        ada_s, eve_s = connected(ada), connected(eve)
        with transaction.atomic():
            Budget.objects.lock(subscriber=ada, period=SEPTEMBER)

            [counted] = at_once(lambda: count((ada_s, song), (eve_s, song)))

        assert counted == [None, 1]

    def test_leaves_all_to_the_long_way_where_the_connection_broke(
        self, ada: User, song: Thing, connected: Connect
    ) -> None:
        secret = connected(ada)

        def broken() -> list[int | None]:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            connection.connection.close()
            return count((secret, song))

        assert at_once(broken) == [[None]]
        assert count((secret, song)) == [1]
