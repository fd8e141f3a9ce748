"""The page on which a creator makes the markup of a button."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client

from accounts.models import User

PAGE = "/button/?user_id=ben&url=https://ben.example/tea&title=Tea"


@pytest.fixture
def ben(db: None) -> User:
    return User.objects.create_user("ben", language="fr")


def shown(client: Client, address: str) -> str:
    """The page as its reader sees it, with the code in its boxes read as HTML."""
    return unescape(unescape(client.get(address).content.decode()))


class TestShowBuilder:
    def test_makes_all_five_forms(self, client: Client, ben: User) -> None:
        page = shown(client, PAGE)

        for piece in (
            '<obole-button uid="ben" url="https://ben.example/tea" title="Tea"',
            'class="OboleButton"',
            "/embed/?user_id=ben&url=https%3A%2F%2Fben.example%2Ftea",
            "/badge.svg",
            'class="FlattrButton"',
        ):
            assert piece in page

    def test_begins_with_a_text_in_the_language_of_its_reader(
        self, client: Client, ben: User
    ) -> None:
        client.force_login(ben)

        page = shown(client, PAGE)

        assert 'category="text" language="fr_FR"' in page
        assert 'lang="fr"><a href' in page

    def test_says_what_it_was_told(self, client: Client, ben: User) -> None:
        client.force_login(ben)

        page = shown(client, PAGE + "&language=en_GB&lang=en&category=audio&size=large&hidden=1")

        assert 'category="audio" language="en_GB" hidden="1" size="large"' in page

    def test_warns_of_a_stranger_and_of_a_page_that_is_not_proven(
        self, client: Client, ben: User
    ) -> None:
        assert "Nobody here is called “benn”." in shown(client, PAGE.replace("ben&", "benn&"))
        assert "It is not proven yet that ben.example is yours." in shown(client, PAGE)

    def test_refuses_an_address_that_is_none(self, client: Client, ben: User) -> None:
        page = shown(client, "/button/?user_id=ben&url=tea")

        assert "obole-button" not in page

    def test_writes_nothing_that_ends_its_attribute(self, client: Client, ben: User) -> None:
        page = client.get(
            "/button/", {"user_id": "ben", "url": "https://ben.example/", "title": 'Tea "&" milk'}
        )

        code = re.search("<code>(.*?)</code>", page.content.decode(), re.DOTALL)
        assert code is not None
        assert 'title="Tea &quot;&amp;&quot; milk"' in unescape(code[1])
