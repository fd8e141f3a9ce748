"""What is kept of the page before: host and path, and nothing that may say who reads."""

from __future__ import annotations

import pytest

from things.referring.pages import page_named


class TestPageNamed:
    @pytest.mark.parametrize(
        ("address", "page"),
        [
            ("https://ben.example/", "ben.example"),
            ("https://Ben.example", "ben.example"),
            ("https://ben.example/tea/?user=ada#top", "ben.example/tea"),
            ("http://ben.example:8080/tea", "ben.example:8080/tea"),
            ("https://bücher.example/", "xn--bcher-kva.example"),
            ("", ""),
            ("about:blank", ""),
            ("android-app://org.player/", ""),
            ("https://ada:secret@ben.example/", ""),
            ("https://ben.example/\u202etea", "ben.example/%E2%80%AEtea"),
            ("https://ben.example/<script>", "ben.example/%3Cscript%3E"),
            ("http://localhost:8000/things/", ""),
            ("https://ben.example/" + "x" * 3000, ""),
        ],
    )
    def test_keeps_host_and_path(self, address: str, page: str) -> None:
        assert page_named(address) == page

    def test_cuts_what_is_long(self) -> None:
        assert len(page_named("https://ben.example/" + "x" * 1000)) == 300
