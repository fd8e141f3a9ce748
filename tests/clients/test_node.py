"""purest 4.0.3 and grant 5.4.21, with nothing changed but their host."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from django.utils import timezone
from oauth2_provider.models import AccessToken, set_token_value

from accounts.models import Application, User
from things.models import Thing

HERE = Path(__file__).parent


@pytest.fixture
def answers(
    node: Path, host: str, ada: User, song: Thing, application: Callable[..., Application]
) -> dict[str, Any]:
    """What purest was answered."""
    token = AccessToken(
        user=ada,
        application=application(),
        scope="flattr thing email money budget",
        expires=timezone.now() + timedelta(days=1),
    )
    set_token_value(token, "purest-token")
    token.save()
    command = [node, "purest.js", host, "purest-token", str(song.pk)]
    ran = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False, timeout=90)
    assert ran.returncode == 0, ran.stderr
    answered: dict[str, Any] = json.loads(ran.stdout)
    return answered


class TestPurest:
    def test_gets_what_it_asks_for(self, answers: dict[str, Any], song: Thing) -> None:
        refused = {name: said["message"] for name, said in answers.items() if "message" in said}
        assert refused == {
            "nobody": "404 Not Found",
            "stranger": "401 Unauthorized",
            "missing": "404 Not Found",
            "invalid": "400 Bad Request",
            "again": "403 Forbidden",
            "own": "403 Forbidden",
            "earnings": "404 Not Found",
            "month": "404 Not Found",
            "unclicked": "404 Not Found",
        }
        errors = {name: answers[name]["body"]["error"] for name in refused}
        assert errors == {
            "nobody": "not_found",
            "stranger": "unauthorized",
            "missing": "not_found",
            "invalid": "validation",
            "again": "flattr_once",
            "own": "flattr_owner",
            "earnings": "not_found",
            "month": "not_found",
            "unclicked": "not_found",
        }
        body = {name: said["body"] for name, said in answers.items()}
        assert body["user"]["email"] == "ada@ada.example"
        assert body["lookup"]["id"] == song.pk
        assert answers["created"]["status"] == 201
        assert body["flattr"]["thing"]["title"] == "New"
        assert [one["thing"]["title"] for one in body["flattrs"]] == ["New"]
        assert body["activities"]["items"][0]["object"]["displayName"] == "New"
        assert body["search"]["things"][0]["id"] == song.pk
        assert (body["budget"]["amount"], body["raised"]["amount"]) == ("5.000000", "6.000000")
        assert body["statement"]["share"] == "6.000000"
        assert len(body["languages"]) == 44


@pytest.fixture
def site(node: Path, host: str, application: Callable[..., Application]) -> Iterator[str]:
    """The address of a site that signs people in by grant."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        own = f"http://127.0.0.1:{free.getsockname()[1]}"
    player = application(f"{own}/connect/flattr/callback")
    command = [node, "grant.js", host, own, player.client_id, "hush"]
    with subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            assert running.stdout.readline() == "listening\n"
            yield own
        finally:
            running.terminate()


class TestGrant:
    def test_signs_ada_in(self, site: str, consent: Callable[..., requests.Response]) -> None:
        browser = requests.Session()

        answer = consent(f"{site}/connect/flattr", browser)
        done = browser.get(answer.headers["Location"], timeout=20).json()

        assert answer.headers["Location"].startswith(f"{site}/connect/flattr/callback?code=")
        assert done["profile"]["username"] == "ada"
        assert len(done["access_token"]) == 32
