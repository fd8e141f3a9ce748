"""`manage.py export_month`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from payments.clicking.importing.month import import_month
from payments.settlement.running import settle_period

NOW = datetime(2014, 1, 3, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def _settled(pytestconfig: pytest.Config) -> None:
    folder = pytestconfig.rootpath / "months" / "konscience-2013-05"
    period = import_month(folder=folder, period=None, at=NOW).period
    settle_period(period=period, at=NOW, fee_basis_points=1000)


def _run(*arguments: object, json: bool = False) -> str:
    out = StringIO()
    call_command("export_month", *map(str, arguments), json=json, stdout=out)
    return out.getvalue()


@pytest.mark.usefixtures("_settled")
class TestCommand:
    def test_writes_and_says_what(self, tmp_path: Path) -> None:
        out = _run("2013-05", tmp_path / "out")

        assert out == (
            "writing the month\n"
            f"2013-05 written to {tmp_path / 'out'}: statement.csv 17, earnings.csv 248,"
            " creators.csv 25, things.csv 248, budgets.csv 17, clicks.csv 599, 25 reports\n"
        )
        assert (tmp_path / "out" / "konscience" / "flattr-revenue-201305.csv").is_file()

    def test_answers_machines(self, tmp_path: Path) -> None:
        answer = json.loads(_run("2013-05", tmp_path / "out", json=True))

        assert answer["period"] == "2013-05"
        assert answer["folder"] == str(tmp_path / "out")
        assert answer["rows"]["clicks.csv"] == 599
        assert answer["reports"] == 25

    @pytest.mark.parametrize(
        ("period", "refusal"),
        [
            ("2013-06", "2013-06 is not settled"),
            ("2013-5", "“2013-5” is not a period: write a year and a month, like 2010-09"),
        ],
    )
    def test_refuses_a_period(self, tmp_path: Path, period: str, refusal: str) -> None:
        with pytest.raises(CommandError) as refused:
            _run(period, tmp_path / "out")

        assert (str(refused.value), refused.value.returncode) == (refusal, 2)
        assert not list(tmp_path.iterdir())

    def test_refuses_a_folder_with_something_in_it(self, tmp_path: Path) -> None:
        (tmp_path / "notes").touch()

        with pytest.raises(CommandError) as refused:
            _run("2013-05", tmp_path)

        assert refused.value.returncode == 2
        assert str(refused.value) == f"{tmp_path} is not empty, and nothing is overwritten"
