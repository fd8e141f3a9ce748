"""Addresses that only take forms, opened in a browser or called by a program."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db

PAGES = {"HTTP_ACCEPT": "text/html,application/xhtml+xml,*/*;q=0.8"}


class TestBrowser:
    def test_is_told_that_nothing_is_there_to_read(self, client: Client) -> None:
        answer = client.get("/click", **PAGES)  # type: ignore[arg-type]

        assert (answer.status_code, answer["Allow"]) == (405, "POST")
        assert "Nothing was changed" in answer.content.decode()

    def test_is_told_so_in_its_language(self, client: Client) -> None:
        answer = client.get("/click", **PAGES, HTTP_ACCEPT_LANGUAGE="fr")  # type: ignore[arg-type]

        assert answer["Content-Language"] == "fr"
        assert "Rien n’a été modifié" in answer.content.decode()


class TestProgram:
    def test_gets_no_page(self, client: Client) -> None:
        answers = [
            client.get("/click", HTTP_ACCEPT="application/json"),
            client.put("/click", **PAGES),  # type: ignore[arg-type]
            client.get("/embed/act/click", **PAGES),  # type: ignore[arg-type]
            client.get("/stripe/events", **PAGES),  # type: ignore[arg-type]
        ]

        assert [(answer.status_code, answer.content) for answer in answers] == [(405, b"")] * 4
