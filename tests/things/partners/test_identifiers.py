"""How somebody is named who may not be here yet."""

from __future__ import annotations

import pytest

from things.partners.identifiers import Name, NotAnIdentifier, name_of_address, read_name

# MD5 of `ben@ben.example`.
HASH = "f2cef3b2eb3c550906e679ff40555676"


class TestReadName:
    @pytest.mark.parametrize(
        ("text", "name"),
        [
            (f"email:{HASH}", Name(f"email:{HASH}")),
            (f" email:{HASH.upper()} ", Name(f"email:{HASH}")),
            ("partner:blogs:42", Name("partner:blogs:42", namespace="blogs")),
            (
                "partner:blogs.example:Ben/é:1",
                Name("partner:blogs.example:Ben/é:1", "blogs.example"),
            ),
        ],
    )
    def test_reads(self, text: str, name: Name) -> None:
        assert read_name(text) == name

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "ben",
            "email:ben@ben.example",
            f"email:{HASH}0",
            "email:" + "٣" * 32,
            "partner:blogs:",
            "partner::42",
            "partner:Blogs:42",
            "partner:blogs:4 2",
            "partner:blogs:4\u202e2",
            "partner:blogs:4\x002",
            "partner:-blogs:42",
            "partner:blogs:" + "4" * 200,
            "twitter:user:id:42",
        ],
    )
    def test_refuses(self, text: str) -> None:
        with pytest.raises(NotAnIdentifier):
            read_name(text)


class TestNameOfAddress:
    def test_is_the_same_however_it_is_written(self) -> None:
        names = {name_of_address(one) for one in ("ben@ben.example", " Ben@BEN.example ")}

        assert names == {f"email:{HASH}"}
