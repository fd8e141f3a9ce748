"""The tests' own set-up: what a test leaves behind, the next one does not find."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import DatabaseError, connection


@pytest.mark.django_db(transaction=True)
class TestEmptying:
    def test_goes_past_the_triggers_of_the_ledger(self) -> None:
        # What empties the tables after this test is what this test is refused.
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute("TRUNCATE payments_transfer CASCADE")

    @pytest.mark.parametrize("_time", [1, 2])
    def test_leaves_no_row(self, _time: int) -> None:
        assert not get_user_model().objects.exists()

        get_user_model().objects.create_user("ada")

    @pytest.mark.parametrize("_time", [1, 2])
    def test_leaves_nothing_in_the_cache(self, _time: int) -> None:
        assert cache.get("seen") is None

        cache.set("seen", "1")

    def test_lets_triggers_work_again(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SHOW session_replication_role")

            assert cursor.fetchone() == ("origin",)
