"""What a file of a month folder can be refused for before its fields are judged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.django_db

THINGS = "the first line must be url,creator,title,category,language"
BUDGETS = "the first line must be subscriber,amount,currency"
CLICKS = "the first line must be clicked_at,subscriber,url"

# Each: file, what is replaced, by what, and the lines of the refusal.
WHOLE_FILES = {
    "empty": ("things.csv", b"", b"", ["things.csv: the file is empty"]),
    "a byte order mark only": (
        "budgets.csv",
        b"",
        b"\xef\xbb\xbf",
        ["budgets.csv: the file is empty"],
    ),
    "a column is missing": (
        "things.csv",
        b",language\n",
        b"\n",
        [f"things.csv:1: the column “language” is missing; {THINGS}"],
    ),
    "two columns are missing": (
        "things.csv",
        b"url,creator,",
        b"",
        [f"things.csv:1: the column “url”, “creator” is missing; {THINGS}"],
    ),
    "a column too many": (
        "clicks.csv",
        b"subscriber,url",
        b"subscriber,url,weight",
        [f"clicks.csv:1: the column “weight” is not known; {CLICKS}"],
    ),
    "a column twice": (
        "budgets.csv",
        b"amount,currency",
        b"amount,currency,currency",
        [f"budgets.csv:1: the columns are in another order; {BUDGETS}"],
    ),
    "columns in another order": (
        "budgets.csv",
        b"subscriber,amount",
        b"amount,subscriber",
        [f"budgets.csv:1: the columns are in another order; {BUDGETS}"],
    ),
    "no first line": (
        "budgets.csv",
        b"subscriber,amount,currency\n",
        b"",
        [f"budgets.csv:1: the column “subscriber”, “amount”, “currency” is missing; {BUDGETS}"],
    ),
    "UTF-16": (
        "things.csv",
        b"",
        "url,creator".encode("utf-16"),
        ["things.csv:1: there are bytes that are not UTF-8"],
    ),
    "a quote is open in the first line": (
        "things.csv",
        b"url,creator",
        b'url,"creator',
        ["things.csv:1: this is not CSV: a quoted field does not end on this line"],
    ),
}

LINES = {
    "too few fields": ("budgets.csv", b"eve,5,USD", b"eve,5", ["budgets.csv:4: 2 fields, not 3"]),
    "one field": ("budgets.csv", b"eve,5,USD", b"eve", ["budgets.csv:4: 1 field, not 3"]),
    "too many fields": (
        "clicks.csv",
        b"Z,ada,",
        b"Z,ada,,",
        ["clicks.csv:4: 4 fields, not 3"],
    ),
    "an empty line": ("clicks.csv", b"url\n", b"url\n\n", ["clicks.csv:2: the line is empty"]),
    "a quote is open": (
        "things.csv",
        b"A song",
        b'"A song',
        ["things.csv:2: this is not CSV: a quoted field does not end on this line"],
    ),
    "text after a quoted field": (
        "things.csv",
        b"A song",
        b'"A song" of mine',
        ["things.csv:2: this is not CSV: ',' expected after '\"'"],
    ),
    "a carriage return in the middle": (
        "things.csv",
        b"A song",
        b"A\rsong",
        ["things.csv:2: there is a carriage return in the middle of the line"],
    ),
    "a line break in a field": (
        "things.csv",
        b"A song",
        b'"A\nsong"',
        [
            "things.csv:2: this is not CSV: a quoted field does not end on this line",
            "things.csv:3: this is not CSV: a quoted field does not end on this line",
        ],
    ),
    "a tab in a field": (
        "things.csv",
        b"A song",
        b"A\tsong",
        ["things.csv:2: there is a control character or line break in a field"],
    ),
    "a line separator of Unicode in a field": (
        "things.csv",
        b"A song",
        "A\u2028song".encode(),
        ["things.csv:2: there is a control character or line break in a field"],
    ),
    "not UTF-8": (
        "things.csv",
        b"A song",
        "Über uns".encode("latin-1"),
        ["things.csv:2: there are bytes that are not UTF-8"],
    ),
    "a surrogate": (
        "things.csv",
        b"A song",
        b"A \xed\xa0\x80 song",
        ["things.csv:2: there are bytes that are not UTF-8"],
    ),
    "not UTF-8 in a click": (
        "clicks.csv",
        b"Z,ada,",
        b"Z,ad\xe4,",
        ["clicks.csv:4: there are bytes that are not UTF-8"],
    ),
    "a NUL": ("things.csv", b"A song", b"A\0song", ["things.csv:2: there is a NUL byte"]),
    "a NUL in a click": (
        "clicks.csv",
        b"Z,ada,",
        b"Z,ad\0a,",
        ["clicks.csv:4: there is a NUL byte"],
    ),
    "a field larger than any": (
        "things.csv",
        b"A song",
        b"A" * 140_000,
        ["things.csv:2: this is not CSV: field larger than field limit (131072)"],
    ),
}

CASES = WHOLE_FILES | LINES


class TestCsvFile:
    @pytest.mark.parametrize(("name", "old", "new", "lines"), CASES.values(), ids=CASES)
    def test_names_what_is_wrong(
        self,
        month: Path,
        spoil: Callable[..., None],
        refusal: Callable[..., str],
        name: str,
        old: bytes,
        new: bytes,
        lines: list[str],
    ) -> None:
        spoil(name, old, new)

        found = refusal(month).splitlines()

        assert [line for line in found if line.startswith(name)] == lines

    def test_numbers_lines_beyond_the_first_block(
        self, refusal: Callable[..., str], month: Path
    ) -> None:
        click = "2010-09-01T08:00:00+00:00,ada,https://ben.example/song\n"
        with (month / "clicks.csv").open("a") as clicks:
            clicks.write(
                click * 1000 + 'a"\n' + click * 1000 + "2010-09-01,ada,https://no.example\n"
            )

        assert refusal(month).splitlines() == [
            "clicks.csv:1006: this is not CSV: a quoted field does not end on this line",
            "clicks.csv:2007: the thing “https://no.example” is not in things.csv",
            "clicks.csv:2007: “2010-09-01” is not a time: write it like 2010-09-01T12:00:00+00:00",
        ]

    def test_names_every_file_that_is_missing(
        self, refusal: Callable[..., str], tmp_path: Path
    ) -> None:
        assert refusal(tmp_path).splitlines() == [
            "things.csv: the file cannot be read: No such file or directory",
            "budgets.csv: the file cannot be read: No such file or directory",
            "clicks.csv: the file cannot be read: No such file or directory",
        ]

    def test_says_that_a_file_is_a_folder(self, refusal: Callable[..., str], month: Path) -> None:
        (month / "clicks.csv").unlink()
        (month / "clicks.csv").mkdir()

        assert refusal(month) == "clicks.csv: the file cannot be read: Is a directory"
