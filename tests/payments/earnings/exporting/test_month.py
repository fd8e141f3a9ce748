"""Exporting a settled month."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import transaction

from accounts.models import User
from payments.clicking.importing.month import import_month
from payments.earnings.exporting.month import CannotExport, Exported, export_month
from payments.earnings.months import NotSettled
from payments.settlement.running import settle_period
from things.models import Thing
from things.periods import Period

NOW = datetime(2014, 1, 3, tzinfo=UTC)
MONTHS = {
    "music-box-2010-09": Period(2010, 9),
    "konscience-2013-05": Period(2013, 5),
    "konscience-2013-09": Period(2013, 9),
}
MAY = "konscience-2013-05"

pytestmark = pytest.mark.django_db


def _settle(folder: Path) -> Period:
    period = import_month(folder=folder, period=None, at=NOW).period
    settle_period(period=period, at=NOW, fee_basis_points=1000)
    return period


def _rows(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def _files(folder: Path) -> dict[str, bytes]:
    """Every file under a folder; a report without what is this site's own: its number."""
    files = {}
    for path in sorted(folder.rglob("*.csv")):
        content = path.read_bytes()
        if path.name.startswith("flattr-revenue"):
            content = b"\n".join(b";".join(line.split(b";")[3:]) for line in content.splitlines())
        files[str(path.relative_to(folder))] = content
    return files


@contextmanager
def _undone() -> Iterator[None]:
    savepoint = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(savepoint)


@pytest.fixture
def months(pytestconfig: pytest.Config) -> Path:
    """The real months of the project."""
    return pytestconfig.rootpath / "months"


@pytest.fixture
def export(tmp_path: Path) -> Callable[[Period, str], Path]:
    """Export a period into a new folder of that name."""

    def export(period: Period, name: str) -> Path:
        export_month(period=period, folder=tmp_path / name)
        return tmp_path / name

    return export


class TestExportMonth:
    @pytest.mark.parametrize("name", MONTHS)
    def test_has_every_expected_thing(
        self, months: Path, export: Callable[[Period, str], Path], name: str
    ) -> None:
        folder = export(_settle(months / name), "out")

        figures = ("gross", "lowest", "highest")
        expected = {
            row["url"]: (row["clicks"], *(f"{row[figure]}0000" for figure in figures))
            for row in _rows(months / name / "expected_things.csv")
        }
        assert {
            row["url"]: (row["clicks"], *(row[figure] for figure in figures))
            for row in _rows(folder / "earnings.csv")
        } == expected

    @pytest.mark.parametrize(
        ("name", "report"),
        [(MAY, "flattr-revenue-201305.csv"), ("konscience-2013-09", "flattr-revenue-201309.csv")],
    )
    def test_writes_flattrs_own_report(
        self, months: Path, export: Callable[[Period, str], Path], name: str, report: str
    ) -> None:
        folder = export(_settle(months / name), "out")

        real, own = (months / name / report), (folder / "konscience" / report)
        columns = ("period", "url", "title", "clicks", "revenue")
        assert sorted([row[column] for column in columns] for row in _rows(own, ";")) == sorted(
            [row[column] for column in columns] for row in _rows(real, ";")
        )
        revenues = [row["revenue"] for row in _rows(own, ";")]
        assert revenues == [row["revenue"] for row in _rows(real, ";")]
        assert own.read_bytes().splitlines()[0] == real.read_bytes().splitlines()[0]

    def test_counts_all_clicks_up_to_the_period(
        self, months: Path, export: Callable[[Period, str], Path]
    ) -> None:
        may, september = _settle(months / MAY), _settle(months / "konscience-2013-09")

        in_may, in_september = (
            {row["url"]: row for row in _rows(export(period, str(period)) / path, ";")}
            for period, path in (
                (may, "konscience/flattr-revenue-201305.csv"),
                (september, "konscience/flattr-revenue-201309.csv"),
            )
        )

        front = "http://www.konscience.de/"
        assert (in_may[front]["clicks"], in_may[front]["clicks total"]) == ("8", "8")
        assert (in_september[front]["clicks"], in_september[front]["clicks total"]) == ("8", "16")

    def test_writes_a_statement_of_each_budget(
        self, months: Path, export: Callable[[Period, str], Path]
    ) -> None:
        folder = export(_settle(months / MAY), "out")

        first, second, *rest = (folder / "statement.csv").read_text().splitlines()
        assert first == "subscriber,currency,budget,clicks,share,remainder"
        assert second == "subscriber001,EUR,2.070000,23,0.090000,0.000000"
        assert len(rest) == 16

    def test_writes_what_each_creator_got(
        self, months: Path, export: Callable[[Period, str], Path]
    ) -> None:
        folder = export(_settle(months / MAY), "out")

        rows = (folder / "creators.csv").read_text().splitlines()
        assert rows[0] == "creator,currency,things,clicks,gross,fee,net"
        assert "konscience,EUR,13,26,2.610000,0.261000,2.349000" in rows

    def test_is_exact_to_the_last_micro_of_the_largest_amounts(
        self, tmp_path: Path, export: Callable[[Period, str], Path]
    ) -> None:
        month = tmp_path / "month"
        month.mkdir()
        _write(
            month / "things.csv",
            "url,creator,title,category,language",
            ["https://b.example/,ben,,text,en_GB"],
        )
        givers = [f"giver{number:04}" for number in range(9000)]
        _write(
            month / "budgets.csv",
            "subscriber,amount,currency",
            [f"{giver},999999999.999999,EUR" for giver in givers],
        )
        _write(
            month / "clicks.csv",
            "clicked_at,subscriber,url",
            [f"2010-09-02T00:00Z,{giver},https://b.example/" for giver in givers],
        )

        folder = export(_settle(month), "out")

        [earned] = _rows(folder / "earnings.csv")
        assert earned["gross"] == "8999999999999.991000"
        assert earned["highest"] == "999999999.999999"
        [creator] = _rows(folder / "creators.csv")
        assert creator["fee"] == "899999999999.999100"

    def test_says_what_it_wrote(self, months: Path, tmp_path: Path) -> None:
        period = _settle(months / MAY)

        exported = export_month(period=period, folder=tmp_path / "out")

        assert exported == Exported(
            period=period,
            folder=tmp_path / "out",
            rows={
                "statement.csv": 17,
                "earnings.csv": 248,
                "creators.csv": 25,
                "things.csv": 248,
                "budgets.csv": 17,
                "clicks.csv": 599,
            },
            reports=25,
        )

    def test_keeps_the_folder_of_a_creator_apart_from_the_files(
        self, months: Path, export: Callable[[Period, str], Path]
    ) -> None:
        period = _settle(months / MAY)
        User.objects.filter(username="konscience").update(username="Things.csv")

        folder = export(period, "out")

        assert (folder / "things.csv").is_file()
        assert (folder / "Things.csv@" / "flattr-revenue-201305.csv").is_file()

    def test_writes_a_title_in_one_line(
        self, months: Path, export: Callable[[Period, str], Path]
    ) -> None:
        period = _settle(months / MAY)
        Thing.objects.filter(url="http://www.konscience.de/").update(title="Kon\r\nScience")

        folder = export(period, "out")

        report = (folder / "konscience" / "flattr-revenue-201305.csv").read_text()
        assert ';"Kon Science";' in report
        assert (
            "http://www.konscience.de/,konscience,Kon Science,text,de_DE\n"
            in (folder / "things.csv").read_text()
        )


def _write(path: Path, first: str, lines: list[str]) -> None:
    path.write_text("\n".join([first, *lines, ""]))


class TestTheBytes:
    def test_are_the_same_whatever_the_order_of_insertion(
        self, months: Path, tmp_path: Path, export: Callable[[Period, str], Path]
    ) -> None:
        with _undone():
            in_order = _files(export(_settle(months / MAY), "first"))
        shuffled = tmp_path / "shuffled"
        shuffled.mkdir()
        for name in ("things.csv", "budgets.csv", "clicks.csv"):
            first, *lines = (months / MAY / name).read_text().splitlines()
            random.Random(1).shuffle(lines)
            _write(shuffled / name, first, lines)

        assert _files(export(_settle(shuffled), "second")) == in_order

    def test_are_the_same_after_the_way_round(
        self, months: Path, export: Callable[[Period, str], Path]
    ) -> None:
        with _undone():
            there = export(_settle(months / MAY), "there")

        back = export(_settle(there), "back")

        assert _files(back) == _files(there)
        assert len(_files(back)) == 6 + 25

    def test_are_the_same_after_the_way_round_without_the_suspended(
        self, months: Path, export: Callable[[Period, str], Path]
    ) -> None:
        with _undone():
            period = import_month(folder=months / MAY, period=None, at=NOW).period
            User.objects.filter(username__in=["subscriber002", "blogger03"]).update(suspended=True)
            settle_period(period=period, at=NOW, fee_basis_points=1000)
            there = export(period, "there")

        back = export(_settle(there), "back")

        assert _files(back) == _files(there)
        assert "blogger03" not in (back / "creators.csv").read_text()
        assert (
            "subscriber002,EUR,2.040000,0,0.000000,2.040000\n"
            in (back / "statement.csv").read_text()
        )


class TestTheFolder:
    def test_may_be_there_if_it_is_empty(self, months: Path, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()

        export_month(period=_settle(months / MAY), folder=tmp_path / "out")

        assert (tmp_path / "out" / "statement.csv").exists()

    def test_is_never_overwritten(self, months: Path, tmp_path: Path) -> None:
        period = _settle(months / MAY)
        (tmp_path / "notes").write_text("mine")

        with pytest.raises(CannotExport, match="is not empty, and nothing is overwritten"):
            export_month(period=period, folder=tmp_path)

        assert [path.name for path in tmp_path.iterdir()] == ["notes"]

    @pytest.mark.parametrize(
        ("folder", "why"),
        [
            ("nowhere/out", "No such file or directory"),
            ("notes", "Not a directory"),
            ("notes/out", "Not a directory"),
        ],
    )
    def test_must_be_writable(self, months: Path, tmp_path: Path, folder: str, why: str) -> None:
        period = _settle(months / MAY)
        (tmp_path / "notes").write_text("mine")

        with pytest.raises(CannotExport, match=f"{folder} cannot be written: {why}"):
            export_month(period=period, folder=tmp_path / folder)

    def test_does_not_appear_if_the_export_fails(
        self, months: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        period = _settle(months / MAY)
        monkeypatch.setattr("payments.earnings.exporting.month.report_line", lambda *_: 1 // 0)

        with pytest.raises(ZeroDivisionError):
            export_month(period=period, folder=tmp_path / "out")

        assert not list(tmp_path.iterdir())

    def test_needs_a_settled_period(self, months: Path, tmp_path: Path) -> None:
        period = import_month(folder=months / MAY, period=None, at=NOW).period

        with pytest.raises(NotSettled, match="2013-05 is not settled"):
            export_month(period=period, folder=tmp_path / "out")

        assert not list(tmp_path.iterdir())

    def test_takes_the_same_number_of_queries_for_any_month(
        self,
        months: Path,
        tmp_path: Path,
        django_assert_num_queries: Callable[..., object],
    ) -> None:
        period = _settle(months / MAY)

        # Four for the settlement, six files, the reports, and a savepoint's two.
        with django_assert_num_queries(13):
            export_month(period=period, folder=tmp_path / "out")
