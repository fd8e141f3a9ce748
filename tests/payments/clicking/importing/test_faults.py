"""A refusal has all that is wrong with a folder, a line each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.django_db

LIKE = "write it like 2010-09-01T12:00:00+00:00"


class TestBadMonth:
    @pytest.mark.parametrize(
        ("name", "old", "new"),
        [
            ("things.csv", b"text,de_DE", b"poem,de_DE"),
            ("things.csv", b",text,de_DE", b""),
            ("budgets.csv", b"ada,10.00,EUR", b"ada,-10.00,EUR"),
            ("budgets.csv", b"ada,10.00,EUR", b"ada,10.00"),
            ("things.csv", b"url,creator", b"url,maker"),
            ("budgets.csv", b"", b""),
        ],
    )
    def test_does_not_blame_clicks_for_a_faulty_line(
        self,
        refusal: Callable[..., str],
        month: Path,
        spoil: Callable[..., None],
        name: str,
        old: bytes,
        new: bytes,
    ) -> None:
        spoil(name, old, new)

        refusal = refusal(month)

        assert len(refusal.splitlines()) == 1
        assert refusal.startswith(name)

    def test_has_every_fault_of_every_file(
        self, refusal: Callable[..., str], month: Path, spoil: Callable[..., None]
    ) -> None:
        spoil("things.csv", b"text,de_DE", b"poem,de")
        spoil("budgets.csv", b"ada,10.00,EUR", b"ada,0,XXX")
        spoil("clicks.csv", b"Z,ada,", b",adam,")

        assert refusal(month).splitlines() == [
            "things.csv:4: there is no category “poem”",
            "things.csv:4: there is no language “de”",
            "budgets.csv:2: the currency “XXX” is not one of EUR, USD, GBP, CHF, SEK",
            "budgets.csv:2: the amount is zero",
            "clicks.csv:4: the subscriber “adam” has no budget in budgets.csv",
            f"clicks.csv:4: “2010-09-03T08:00” has no time zone: {LIKE}",
        ]

    def test_shows_a_hundred_faults_and_counts_the_rest(
        self, refusal: Callable[..., str], month: Path
    ) -> None:
        with (month / "clicks.csv").open("a") as clicks:
            clicks.writelines(f"{number}\n" for number in range(123))

        lines = refusal(month).splitlines()

        assert len(lines) == 101
        assert lines[0] == "clicks.csv:6: 1 field, not 3"
        assert lines[99] == "clicks.csv:105: 1 field, not 3"
        assert lines[100] == "and 23 more"

    def test_is_one_line_a_fault_whatever_the_text(
        self, refusal: Callable[..., str], month: Path, spoil: Callable[..., None]
    ) -> None:
        spoil("clicks.csv", b"2010-09-03T08:00Z", b"x" * 1000)

        assert refusal(month) == f"clicks.csv:4: “{'x' * 299}…"

    def test_says_that_the_folder_is_not_there(
        self, refusal: Callable[..., str], tmp_path: Path
    ) -> None:
        folder = tmp_path / "nowhere"

        assert refusal(folder) == f"{folder}: there is no such folder"

    def test_says_that_the_folder_is_a_file(self, refusal: Callable[..., str], month: Path) -> None:
        file = month / "things.csv"

        assert refusal(file) == f"{file}: there is no such folder"
