"""Slugs as Flattr's own reports have them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from things.slugs import slug_of

REPORTS = (
    "konscience-2013-05/flattr-revenue-201305.csv",
    "konscience-2013-09/flattr-revenue-201309.csv",
)


class TestSlugOf:
    @pytest.mark.parametrize("report", REPORTS)
    def test_is_that_of_the_real_reports(self, pytestconfig: pytest.Config, report: str) -> None:
        path: Path = pytestconfig.rootpath / "months" / report
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file, delimiter=";"))

        assert len(rows) >= 13
        for row in rows:
            assert slug_of(row["title"]) == row["flattr url"].rpartition("/")[2]

    @pytest.mark.parametrize("title", ["", "…", "Вероника", "--"])
    def test_may_be_empty(self, title: str) -> None:
        assert slug_of(title) == ""
