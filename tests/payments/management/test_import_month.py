"""`manage.py import_month`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connections

from accounts.models import User
from payments.budgets.models import Budget
from payments.ledger.models import LedgerAccount
from payments.management.commands.import_month import Command
from payments.money import MICROS
from payments.settlement.closing import close_period
from things.models import Click
from things.periods import Period

pytestmark = pytest.mark.django_db


@pytest.fixture
def month(tmp_path: Path, pytestconfig: pytest.Config) -> Path:
    """A real month, to be spoilt."""
    folder = tmp_path / "month"
    folder.mkdir()
    for path in (pytestconfig.rootpath / "months" / "music-box-2010-09").iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


class CommandLine:
    """Runs the command as a shell would."""

    def __init__(self, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        patch.setattr(connections, "close_all", lambda: None)
        self._capsys = capsys

    def __call__(self, *arguments: object) -> tuple[object, list[str], list[str]]:
        """The exit code, and the lines of stdout and stderr."""
        code: object = 0
        try:
            Command().run_from_argv(["manage.py", "import_month", *map(str, arguments)])
        except SystemExit as ended:
            code = ended.code
        out, err = self._capsys.readouterr()
        return code, out.splitlines(), err.splitlines()


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line."""
    return CommandLine(capsys, monkeypatch)


class TestCommand:
    def test_imports_and_says_so(self, run: CommandLine, month: Path) -> None:
        code, out, err = run(month)

        assert (code, err) == (0, [])
        assert out == [
            "reading things.csv",
            "reading budgets.csv",
            "reading clicks.csv",
            "writing",
            "2010-09 imported: 14 subscribers, 219 things, 333 clicks",
        ]

    def test_says_that_a_second_time_changes_nothing(self, run: CommandLine, month: Path) -> None:
        run(month)

        code, out, err = run(month)

        counts = "14 subscribers, 219 things, 333 clicks"
        assert (code, err) == (0, [])
        assert out == [f"2010-09 was imported from this folder before: {counts}. Nothing changed."]

    def test_answers_machines(self, run: CommandLine, month: Path) -> None:
        code, out, err = run("--json", "--period", "2010-09", month)

        assert (code, err) == (0, [])
        assert json.loads("\n".join(out)) == {
            "period": "2010-09",
            "subscribers": 14,
            "things": 219,
            "clicks": 333,
            "repeated": 0,
            "already": False,
        }

    def test_notes_repeated_clicks(self, run: CommandLine, month: Path) -> None:
        path = month / "clicks.csv"
        last = path.read_text().splitlines()[-1]
        path.write_text(path.read_text() + f"{last}\n" * 102)

        code, out, err = run(month)

        assert code == 0
        assert out[-1].endswith("333 clicks")
        assert len(err) == 101
        assert err[0] == "clicks.csv:335: a second click on the same thing, which counts once"
        assert err[100] == "and 2 more"

    def test_names_each_fault_in_a_line(self, run: CommandLine, month: Path) -> None:
        path = month / "budgets.csv"
        path.write_text(path.read_text().replace("2.10,EUR", "NaN,EUR").replace("5.50,", ","))

        code, _, err = run(month)

        assert code == 2
        assert err == [
            "budgets.csv:2: “NaN” is not an amount: write it like 5.14",
            "budgets.csv:4: “” is not an amount: write it like 5.14",
        ]
        assert not Click.objects.exists()

    def test_counts_the_faults_beyond_a_hundred(self, run: CommandLine, month: Path) -> None:
        code, _, err = run(month, "--period", "2010-10")

        assert code == 2
        assert len(err) == 101
        assert err[-1] == "and 233 more"

    @pytest.mark.parametrize("period", ["2010-13", "September", "2010-9", ""])
    def test_refuses_what_is_no_period(self, run: CommandLine, month: Path, period: str) -> None:
        code, out, err = run(month, "--period", period)

        assert (code, out) == (2, [])
        assert len(err) == 1
        assert "is not a period: write a year and a month, like 2010-09" in err[0]

    def test_refuses_a_folder_that_is_not_there(self, run: CommandLine, tmp_path: Path) -> None:
        code, out, err = run(tmp_path / "nowhere")

        assert (code, out) == (2, [])
        assert err == [f"{tmp_path / 'nowhere'}: there is no such folder"]

    def test_refuses_a_closed_period(
        self, run: CommandLine, month: Path, ada: User, pay_in: Callable[..., LedgerAccount]
    ) -> None:
        september = Period(2010, 9)
        Budget.objects.create(
            subscriber=ada,
            period=september,
            amount=MICROS,
            currency="EUR",
            wallet=pay_in(ada, 1),
        )
        close_period(period=september, at=september.ends_at, fee_basis_points=1000)

        code, _, err = run(month)

        assert code == 2
        assert err == ["the settlement of 2010-09 has begun"]

    def test_needs_a_folder(self, run: CommandLine) -> None:
        code, out, err = run()

        assert (code, out) == (2, [])
        assert err[-1].endswith("the following arguments are required: FOLDER")
