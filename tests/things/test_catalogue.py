"""The fixed lists that things are filed under."""

from __future__ import annotations

import pytest

from things.catalogue import language_tag


class TestLanguageTag:
    @pytest.mark.parametrize(
        ("identifier", "tag"), [("de_DE", "de"), ("iw_IL", "he"), ("in_ID", "id")]
    )
    def test_names_the_language_as_html_does(self, identifier: str, tag: str) -> None:
        assert language_tag(identifier) == tag
