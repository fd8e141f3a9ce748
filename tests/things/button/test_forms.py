"""The form of the builder offers what buttons can be."""

from __future__ import annotations

from things.button.forms import ButtonForm
from things.button.looks import COLOURS, SIZES, read_look


class TestButtonForm:
    def test_offers_each_size_and_colour(self) -> None:
        form = ButtonForm({}, read_look({}))

        assert tuple(dict(form.fields["size"].choices)) == SIZES
        assert tuple(dict(form.fields["colour"].choices)) == COLOURS

    def test_keeps_what_was_said(self) -> None:
        form = ButtonForm({"hidden": "1", "title": "Tea"}, read_look({"size": "large"}))

        assert 'value="Tea"' in str(form["title"])
        assert "checked" in str(form["hidden"])
        assert 'value="large" selected' in str(form["size"])
