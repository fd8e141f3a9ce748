"""The tables of clicks, a period each."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from things.models import Click, Thing
from things.partitions import (
    PeriodSealed,
    ensure_partition,
    is_sealed,
    make_partitions_ahead,
    naming_the_seal,
    partition_exists,
    seal_partition,
)
from things.periods import Period

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
SEPTEMBER = Period(2010, 9)


@pytest.fixture
def click(db: None) -> Click:
    """One click of Ada's in September."""
    ada = User.objects.create_user("ada")
    thing = Thing.objects.create(url="https://ben.example/song")
    ensure_partition(SEPTEMBER)
    return Click.objects.create(period=SEPTEMBER, subscriber=ada, thing=thing, clicked_at=NOON)


@pytest.mark.django_db
class TestEnsurePartition:
    def test_makes_a_table_once(self) -> None:
        made = [ensure_partition(SEPTEMBER), ensure_partition(SEPTEMBER)]

        assert made == [True, False]
        assert partition_exists(SEPTEMBER)

    def test_makes_several_ahead(self) -> None:
        made = make_partitions_ahead(Period(2010, 11), months=2)

        assert made == 3
        assert partition_exists(Period(2011, 1))


class TestSealPartition:
    @pytest.mark.parametrize(
        "statement",
        [
            "INSERT INTO things_click VALUES ('2010-09-01', 1, 1, now())",
            "UPDATE things_click SET clicked_at = now()",
            "DELETE FROM things_click",
            "TRUNCATE things_click",
            "TRUNCATE things_click_2010_09",
        ],
    )
    def test_refuses_every_change(self, click: Click, statement: str) -> None:
        seal_partition(SEPTEMBER)

        with pytest.raises(PeriodSealed), naming_the_seal(), connection.cursor() as cursor:
            cursor.execute(statement)

        assert Click.objects.count() == 1

    def test_leaves_other_periods_open(self, click: Click) -> None:
        seal_partition(SEPTEMBER)
        ensure_partition(SEPTEMBER.next)

        Click.objects.create(
            period=SEPTEMBER.next, subscriber=click.subscriber, thing=click.thing, clicked_at=NOON
        )

        assert (is_sealed(SEPTEMBER), is_sealed(SEPTEMBER.next)) == (True, False)


class TestNamingTheSeal:
    def test_lets_other_errors_through(self, click: Click) -> None:
        with (
            pytest.raises(DatabaseError, match="division by zero"),
            naming_the_seal(),
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT 1 / 0")

        with transaction.atomic():
            assert Click.objects.count() == 1
