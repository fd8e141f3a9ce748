"""Flattr's own reports are read, shown outside the ledger, and written again byte for byte."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db.models import Sum
from django.test import Client

from accounts.models import User
from payments.earnings.exports import month_as_report
from payments.earnings.history import NotAReport, import_history, read_report, report_of
from payments.earnings.models import ImportedRevenue
from payments.earnings.reports import creator_month
from payments.ledger.models import Transfer
from payments.settlement.models import Settlement
from things.models import Thing
from things.periods import Period

MONTHS = Path(settings.PROJECT).parents[1] / "months"
MAY = MONTHS / "konscience-2013-05/flattr-revenue-201305.csv"
SEPTEMBER = MONTHS / "konscience-2013-09/flattr-revenue-201309.csv"
NOW = datetime(2013, 10, 1, tzinfo=UTC)
HEAD = "period;id;flattr url;url;title;clicks;revenue;clicks total\n"
LINE = '2013-05;1;"https://flattr.com/thing/1/x";"http://ben.example/";"A ""song""; x";2;0,95;3\n'


def written(tmp_path: Path, text: str | bytes, name: str = "flattr-revenue-201305.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


class TestRealReports:
    def test_add_up_to_what_is_known(self, ben: User) -> None:
        done = import_history(creator=ben, files=[MAY, SEPTEMBER], at=NOW)

        sums = {
            str(row["period"]): (row["clicks"], row["revenue"])
            for row in ImportedRevenue.objects.values("period").annotate(
                clicks=Sum("clicks"), revenue=Sum("revenue")
            )
        }
        assert done.lines == ImportedRevenue.objects.count() == 27
        assert sums == {"2013-05": (26, 2_610_000), "2013-09": (39, 10_560_000)}
        assert not Transfer.objects.exists()

    def test_are_written_again_byte_for_byte(self, ben: User) -> None:
        import_history(creator=ben, files=[MAY, SEPTEMBER], at=NOW)

        assert report_of(ben, Period(2013, 5)) == MAY.read_text()
        assert report_of(ben, Period(2013, 9)) == SEPTEMBER.read_text()

    def test_change_nothing_the_second_time(self, ben: User) -> None:
        import_history(creator=ben, files=[MAY], at=NOW)

        done = import_history(creator=ben, files=[MAY], at=NOW)

        assert (done.lines, done.known) == (0, 13)


class TestOwnReports:
    def test_come_back_as_the_same_rows(
        self,
        ada: User,
        eve: User,
        ben: User,
        song: Thing,
        give: Callable[..., None],
        settle: Callable[[], Settlement],
        tmp_path: Path,
    ) -> None:
        odd = Thing.objects.create(url="https://ben.example/odd", owner=ben, title='"O"; dd\'s')
        give(ada, song, odd, euros=5)
        give(eve, song, euros=3)
        settle()
        report = month_as_report(creator_month(creator=ben, period=Period(2010, 9)), "EUR")

        path = written(tmp_path, report, "flattr-revenue-201009.csv")
        import_history(creator=ben, files=[path], at=NOW)

        assert report_of(ben, Period(2010, 9)) == report
        rows = ImportedRevenue.objects.values_list("number", "title", "clicks", "revenue")
        assert list(rows.order_by("pk")) == [
            (song.pk, "A song", 2, 5_500_000),
            (odd.pk, '"O"; dd\'s', 1, 2_500_000),
        ]


class TestReadReport:
    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("", "first line"),
            ("period,id\n", "first line"),
            (HEAD + "2013-05;1\n", ":2: 2 fields"),
            (HEAD + LINE.replace("0,95", "0.95"), "not an amount"),
            (HEAD + LINE.replace("0,95", "-0,95"), "not an amount"),
            (HEAD + LINE.replace("0,95", "99999999999,00"), "not an amount"),
            (HEAD + LINE.replace("0,95", "9999999999,00"), "too much"),
            (HEAD + LINE.replace(";2;", ";x;"), "number of clicks"),
            (HEAD + LINE.replace(";1;", ";٣;"), "not a number"),
            (HEAD + LINE.replace("2013-05", "2013-13"), "2013-13"),
            (HEAD + LINE + LINE, ":3: thing 1 is there twice"),
            (HEAD + LINE.replace('x"', 'x\x00"'), "control character"),
            (HEAD + '2013-05;1;"a;"b";"c";2;0,95;3\n', ":2:"),
            (HEAD + "\n" + LINE, ":2: "),
            (HEAD.encode() + b"\xff\n", "not UTF-8"),
        ],
    )
    def test_names_what_is_wrong(
        self, ben: User, tmp_path: Path, text: str | bytes, why: str
    ) -> None:
        with pytest.raises(NotAReport, match=why):
            import_history(creator=ben, files=[MAY, written(tmp_path, text)], at=NOW)

        assert not ImportedRevenue.objects.exists(), "all or nothing"

    def test_reads_what_windows_made_of_it(self, tmp_path: Path) -> None:
        text = b"\xef\xbb\xbf" + (HEAD + LINE).replace("\n", "\r\n").encode()

        currency, [line] = read_report(written(tmp_path, text))

        assert (currency, line.title, line.revenue) == ("EUR", 'A "song"; x', 950_000)

    def test_takes_the_currency_from_the_name(self, tmp_path: Path) -> None:
        path = written(tmp_path, HEAD + LINE, "flattr-revenue-201305-SEK.csv")

        assert read_report(path)[0] == "SEK"

    def test_refuses_what_contradicts(self, ben: User, tmp_path: Path) -> None:
        import_history(creator=ben, files=[written(tmp_path, HEAD + LINE)], at=NOW)
        later = HEAD + LINE.replace(";3\n", ";9\n")
        import_history(creator=ben, files=[written(tmp_path, later)], at=NOW)

        other = written(tmp_path, HEAD + LINE.replace("0,95", "0,96"))
        with pytest.raises(NotAReport, match=r"was imported with 2 and 0\.95"):
            import_history(creator=ben, files=[other], at=NOW)


class TestCommand:
    def test_imports(self, ben: User) -> None:
        said = StringIO()

        call_command("import_history", "--creator", "Ben", str(MAY), stdout=said)

        assert said.getvalue() == "13 lines imported, 0 were there: 2013-05\n"

    def test_refuses_what_is_no_report(self, ben: User, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="first line"):
            call_command("import_history", "--creator", "ben", str(written(tmp_path, "x")))
        with pytest.raises(CommandError, match="no user"):
            call_command("import_history", "--creator", "nobody", str(MAY))


class TestPages:
    def test_mark_imported_months(self, client: Client, ben: User, eve: User) -> None:
        import_history(creator=ben, files=[MAY, SEPTEMBER], at=NOW)
        client.force_login(ben)

        months = client.get("/creators/ben/months/").content.decode()
        may = client.get("/creators/ben/months/2013-05/").content.decode()
        report = client.get("/creators/ben/months/2013-05.flattr")

        assert "imported" in months
        assert "€10.56" in months
        assert "KNS003" in may
        assert "outside the ledger" in may
        assert report.content.decode() == MAY.read_text()
        client.force_login(eve)
        assert client.get("/creators/ben/months/2013-05.flattr").status_code == 404
