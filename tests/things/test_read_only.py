"""Parts of admin pages that show rows and change none."""

from __future__ import annotations

import pytest
from django.db import connection

from accounts.models import User
from accounts.staff.paging import EstimatingPaginator, estimated_rows


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user("ada")


@pytest.fixture
def ben(db: None) -> User:
    return User.objects.create_user("ben")


class TestEstimatingPaginator:
    def test_counts_short_tables(self, ada: User, ben: User) -> None:
        assert EstimatingPaginator(User.objects.order_by("pk"), 10).count == 2

    def test_estimates_long_tables_that_nothing_filters(
        self, ada: User, ben: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("accounts.staff.paging.estimated_rows", lambda table: 123_456_789)

        everybody = EstimatingPaginator(User.objects.order_by("pk"), 10)
        some = EstimatingPaginator(User.objects.filter(username="ada").order_by("pk"), 10)

        assert (everybody.count, some.count) == (123_456_789, 1)

    def test_asks_the_database_for_its_estimate(self, db: None) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE pg_class SET reltuples = 7 WHERE relname = 'accounts_user'")

        assert estimated_rows("accounts_user") == 7
