"""The form of the builder offers what buttons can be."""

from __future__ import annotations

from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

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

    @pytest.mark.django_db
    def test_gives_the_description_to_each_form(self, client: Client) -> None:
        said = {"user_id": "ben", "url": "https://ben.example/1", "description": "A cup & a pot"}

        page = client.get(reverse("button"), said).content.decode()

        assert 'name="description"' in page
        written = unescape(page)
        assert written.count('description="A cup &amp; a pot"') == 2
        assert written.count("description=A+cup+%26+a+pot") >= 4
