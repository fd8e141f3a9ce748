"""`manage.py settle_month`."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings
from made_up_months import SEPTEMBER, Giver, Month, balances, write

from payments.settlement.models import Settlement
from things.partitions import is_sealed

MONTH = Month(givers=(Giver(2_000_001, clicked=(0, 1)),), creators=(0, 1))


def refusal_of(*arguments: str) -> CommandError:
    with pytest.raises(CommandError) as refusal:
        call_command("settle_month", *arguments)
    return refusal.value


@pytest.mark.django_db
class TestSettleMonth:
    @pytest.mark.parametrize(
        "period", ["2010", "2010-13", "2010-00", "soon", "0000-01", "2010-9", "9999-01"]
    )
    def test_refuses_what_is_not_a_period(self, period: str) -> None:
        refusal = refusal_of(period)

        assert refusal.returncode == 2
        assert str(refusal) == (
            f"“{period}” is not a period: write a year and a month, like 2010-09"
        )

    def test_refuses_a_month_that_is_not_over(self) -> None:
        refusal = refusal_of("2999-01")

        assert refusal.returncode == 2
        assert str(refusal) == "2999-01 is not over: it ends at 2999-02-01T00:00:00+00:00"

    @override_settings(PRODUCTION=True)
    def test_refuses_force_on_a_public_site(self) -> None:
        refusal = refusal_of("2999-01", "--force")

        assert refusal.returncode == 2
        assert not Settlement.objects.exists()

    @pytest.mark.parametrize("workers", ["0", "65"])
    def test_refuses_numbers_of_workers_out_of_bounds(self, workers: str) -> None:
        assert refusal_of("2010-09", "--workers", workers).returncode == 2

    def test_writes_nothing_in_a_dry_run(self, capsys: pytest.CaptureFixture[str]) -> None:
        write(MONTH)
        before = balances()

        call_command("settle_month", "2010-09", "--dry-run", "--json")

        [figures] = json.loads(capsys.readouterr().out)["figures"]
        assert (figures["clicks"], figures["given"], figures["fee"]) == (2, "2.000000", "0.200000")
        assert balances() == before
        assert not Settlement.objects.exists()
        assert not is_sealed(SEPTEMBER)

    def test_settles_and_says_what_was_given(self, capsys: pytest.CaptureFixture[str]) -> None:
        write(MONTH)

        call_command("settle_month", "2010-09")

        assert "EUR: 1 subscribers gave 2.000000 with 2 clicks to 2 things of 2 creators" in (
            capsys.readouterr().out
        )
        assert Settlement.objects.get().settled_at is not None
