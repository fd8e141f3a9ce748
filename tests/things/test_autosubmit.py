"""Reading auto-submit URLs."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from things.autosubmit import AutoSubmit, NotAutoSubmit, autosubmit_query, parse_autosubmit

HOSTS = {"obole.example", "flattr.com"}
SONG = "https://ben.example/song"


class TestAutosubmitQuery:
    @pytest.mark.parametrize("start", ["http://flattr.com", "https://FLATTR.com", "//flattr.com"])
    def test_reads_an_address_of_any_own_host(self, start: str) -> None:
        assert autosubmit_query(f"{start}/submit/auto?user_id=ben&url=x", hosts=HOSTS) == {
            "user_id": "ben",
            "url": "x",
        }

    @pytest.mark.parametrize(
        "address",
        ["https://eve.example/submit/auto?url=x", "https://flattr.com/thing/1", "http://[", ""],
    )
    def test_leaves_other_addresses_alone(self, address: str) -> None:
        assert autosubmit_query(address, hosts=HOSTS) is None


class TestParseAutosubmit:
    def test_reads_every_parameter(self) -> None:
        query = {
            "user_id": "ben",
            "url": SONG,
            "title": "A <b>song</b> &amp; more",
            "description": "One<br>two",
            "category": "audio",
            "language": "de_DE",
            "tags": "blog, music,,blog",
            "hidden": "1",
        }

        assert parse_autosubmit(query) == AutoSubmit(
            url=SONG,
            user_id="ben",
            title="A song & more",
            description="One\ntwo",
            category="audio",
            language="de_DE",
            tags=("blog", "music"),
            hidden=True,
        )

    def test_needs_nothing_but_the_address(self) -> None:
        assert parse_autosubmit({"url": SONG}) == AutoSubmit(url=SONG)

    @pytest.mark.parametrize("name", ["true", "", "  "])
    def test_takes_a_clients_filler_for_no_name(self, name: str) -> None:
        assert parse_autosubmit({"url": SONG, "user_id": name}).user_id == ""

    @pytest.mark.parametrize("url", ["", "/song", "javascript:alert(1)", "https://a@ben.example/"])
    def test_refuses_what_no_thing_can_be_at(self, url: str) -> None:
        with pytest.raises(NotAutoSubmit):
            parse_autosubmit({"url": url})

    def test_cuts_what_is_too_long_and_drops_what_cannot_be_stored(self) -> None:
        query = {"url": SONG, "title": "\x00a\ud800" * 400, "description": "b" * 1024}

        parsed = parse_autosubmit(query)

        assert parsed.title == "a" * 300
        assert parsed.description == "b" * 1000

    def test_files_what_is_in_no_list_under_the_default(self) -> None:
        parsed = parse_autosubmit({"url": SONG, "category": "cats", "language": "en"})

        assert (parsed.category, parsed.language) == ("rest", "en_GB")

    def test_reads_an_address_that_was_not_percent_encoded(self) -> None:
        address = f"http://flattr.com/submit/auto?url={SONG}&" + urlencode({"user_id": "ben"})

        query = autosubmit_query(address, hosts=HOSTS)

        assert query is not None
        assert parse_autosubmit(query).url == SONG
