"""The lines of a creator's report."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.conf import LazySettings

from payments.earnings.exporting.reports import Row, by_report, report_line, report_name
from things.periods import Period

MAY = Period(2013, 5)
ROW = Row(
    creator="ben",
    currency="EUR",
    thing=17,
    url="https://ben.example/song",
    title="Über uns",
    clicks=8,
    gross=950_000,
    total=168,
)


class TestReportLine:
    def test_is_as_flattr_wrote_it(self, settings: LazySettings) -> None:
        settings.SITE_URL = "https://flattr.com"

        assert report_line(MAY, ROW) == (
            '2013-05;17;"https://flattr.com/thing/17/ber-uns";"https://ben.example/song";'
            '"Über uns";8;0,95;168\n'
        )

    @pytest.mark.parametrize(
        ("gross", "written"),
        [(0, "0,00"), (4_999, "0,00"), (5_000, "0,01"), (1_234_565_000, "1234,57")],
    )
    def test_rounds_half_a_cent_up(self, gross: int, written: str) -> None:
        assert f";8;{written};168\n" in report_line(MAY, replace(ROW, gross=gross))

    def test_doubles_quotes(self) -> None:
        assert ';"a ""b""; =c";' in report_line(MAY, replace(ROW, title='a "b"; =c'))

    def test_leaves_out_a_slug_that_is_empty(self) -> None:
        assert '/thing/17";' in report_line(MAY, replace(ROW, title="…"))


class TestReportName:
    def test_is_flattrs(self) -> None:
        assert report_name(MAY, "EUR") == "flattr-revenue-201305.csv"

    def test_names_another_currency(self) -> None:
        assert report_name(MAY, "SEK") == "flattr-revenue-201305-SEK.csv"


class TestByReport:
    def test_never_mixes_two_currencies(self) -> None:
        rows = [ROW, replace(ROW, thing=18), replace(ROW, currency="SEK")]

        reports = [(name, currency, len(list(group))) for name, currency, group in by_report(rows)]

        assert reports == [("ben", "EUR", 2), ("ben", "SEK", 1)]
