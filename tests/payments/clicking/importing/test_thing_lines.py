"""What a line of `things.csv` can be refused for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.django_db

# What is replaced, by what, and what is wrong then with line 4.
WRONG = {
    "no address": (
        b"https://cem.example/text,",
        b",",
        "“” is not an absolute http or https address",
    ),
    "no absolute address": (
        b"https://cem.example/text",
        b"/text",
        "“/text” is not an absolute http or https address",
    ),
    "another scheme": (
        b"https://cem.example/text",
        b"ftp://cem.example/text",
        "“ftp://cem.example/text” is not an absolute http or https address",
    ),
    "a blank in the address": (
        b"https://cem.example/text",
        b"https://cem.example/my text",
        "the address has blanks or control characters in it",
    ),
    "an address with a password": (
        b"https://cem.example/text",
        b"https://cem:secret@cem.example/text",
        "the address has a user name or password in it",
    ),
    "an address that is too long": (
        b"https://cem.example/text",
        b"https://cem.example/" + b"t" * 2029,
        "the address is longer than 2048 bytes",
    ),
    "the same address": (
        b"https://cem.example/text",
        b"https://ben.example/song",
        "“https://ben.example/song” is on line 2 already",
    ),
    "no creator": (
        b"text,cem,",
        b"text,,",
        "“” is not a user name: letters, digits, dots, hyphens and underscores",
    ),
    "a path for a creator": (
        b"text,cem,",
        b"text,../cem,",
        "“../cem” is not a user name: letters, digits, dots, hyphens and underscores",
    ),
    "letters that are not ASCII": (
        b"text,cem,",
        "text,çem,".encode(),
        "“çem” is not a user name: letters, digits, dots, hyphens and underscores",
    ),
    "a creator whose name is too long": (
        b"text,cem,",
        b"text," + b"c" * 61 + b",",
        f"the user name “{'c' * 61}” is longer than 60 characters",
    ),
    "creators that differ in case": (
        b"text,cem,",
        b"text,Ben,",
        "the user name “Ben” differs from “ben” only in upper and lower case",
    ),
    "a title that is too long": (
        b"cem,,",
        b"cem," + b"t" * 301 + b",",
        "the title is longer than 300 characters",
    ),
    "an unknown category": (b"text,de_DE", b"poem,de_DE", "there is no category “poem”"),
    "no category": (b"text,de_DE", b",de_DE", "there is no category “”"),
    "an unknown language": (b"text,de_DE", b"text,de", "there is no language “de”"),
}


class TestThingLines:
    @pytest.mark.parametrize(("old", "new", "message"), WRONG.values(), ids=WRONG)
    def test_names_what_is_wrong(
        self,
        month: Path,
        spoil: Callable[..., None],
        refusal: Callable[..., str],
        old: bytes,
        new: bytes,
        message: str,
    ) -> None:
        spoil("things.csv", old, new)

        lines = refusal(month).splitlines()

        assert [line for line in lines if line.startswith("things.csv")] == [
            f"things.csv:4: {message}"
        ]
