"""A whole public site: web, worker and clock with production's settings, behind Caddy and TLS."""

from __future__ import annotations

import json
import os
import re
import socket
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from http.client import HTTPConnection
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import pytest
from crash_site import wait_until
from django.conf import settings
from migrated import migrated_template
from pytest_django import DjangoDbBlocker

from things.periods import Period

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
DATABASE = "obole_smoke"
PASSWORD, TOKEN = "correct horse battery", "a-token-for-prometheus"
ENDED = Period.of(datetime.now(UTC)).previous

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(sys.platform != "linux", reason="Caddy is there for Linux"),
]

# Ada gave to Ben's song in the month that ended, and has the means to give again.
PEOPLE = f"""
import django; django.setup()
from allauth.account.models import EmailAddress
from django.utils import timezone
from accounts.models import User
from payments.budgets.planning import set_budget
from payments.clicking.recording import record_click
from payments.ledger.models import Transfer
from payments.ledger.posting import Posting, outside, post, wallet_of
from things.models import Thing
from things.periods import Period
at = Period.parse("{ENDED}").starts_at
ada = User.objects.create_user("ada", "ada@example.org", "{PASSWORD}")
EmailAddress.objects.create(user=ada, email=ada.email, primary=True, verified=True)
song = Thing.objects.create(url="https://ben.example/song", owner=User.objects.create_user("ben"))
post([Posting(key="smoke", kind=Transfer.Kind.DEPOSIT, debited=outside("bank", "EUR"),
    credited=wallet_of(ada, "EUR"), amount=10_000_000, about_at=at)], posted_at=timezone.now())
set_budget(subscriber=ada, amount=5_000_000, currency="EUR", at=at)
record_click(subscriber=ada, thing=song, at=at)
print(song.pk)
"""
CLICKS_NOW = "SELECT count(*) FROM things_click WHERE period = date_trunc('month', now())"
SETTLE = """
import django; django.setup()
from payments.settlement.tasks import settle_due_months
settle_due_months.delay()
"""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@dataclass
class Site:
    """The processes' variables, and the addresses where they answer."""

    folder: Path
    database: dict[str, str]
    web: int
    tls: int
    plain: int

    @property
    def url(self) -> str:
        return f"https://localhost:{self.tls}"

    @property
    def variables(self) -> dict[str, str]:
        ours = ("OBOLE_", "DATABASE_URL", "REDIS_URL", "CELERY_", "DJANGO_")
        others = {name: text for name, text in os.environ.items() if not name.startswith(ours)}
        return others | {
            "DJANGO_SETTINGS_MODULE": "obole.settings",
            "DATABASE_URL": f"postgres://postgres@/{DATABASE}?host={self.database['HOST']}",
            "REDIS_URL": settings.REDIS_URL,
            "OBOLE_PRODUCTION": "1",
            "OBOLE_BEHIND_PROXY": "1",
            "OBOLE_SECRET_KEY": "for-the-smoke-test-0123456789-abcdefghijklmnopqrstuvwxyz",
            "OBOLE_SITE_URL": self.url,
            "OBOLE_SMTP_URL": "smtp://127.0.0.1:1",
            "OBOLE_STATIC_DIR": str(self.folder / "static"),
            "OBOLE_HEARTBEAT_DIR": str(self.folder / "life"),
            "OBOLE_METRICS_DIR": str(self.folder / "metrics"),
            "OBOLE_METRICS_TOKEN": TOKEN,
            # Caddy's
            "OBOLE_UPSTREAM": f"127.0.0.1:{self.web}",
            "OBOLE_HTTP_PORT": str(self.plain),
            "XDG_DATA_HOME": str(self.folder / "caddy"),
            "XDG_CONFIG_HOME": str(self.folder / "caddy"),
        }

    def python(self, *arguments: str) -> str:
        """Run Python to its end, and return what it printed."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.variables,
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    @contextmanager
    def process(self, name: str, *arguments: str) -> Iterator[None]:
        """A process that runs meanwhile; its log is a file of that name."""
        with (self.folder / f"{name}.log").open("w") as log:
            started = subprocess.Popen(
                [str(BIN / arguments[0]), *arguments[1:]],
                cwd=ROOT,
                env=self.variables,
                stdout=log,
                stderr=log,
            )
            try:
                yield
            finally:
                started.terminate()
                started.wait(60)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def query(self, statement: str) -> tuple[object, ...] | None:
        where = {"dbname": DATABASE, "user": "postgres", "host": self.database["HOST"]}
        with psycopg.connect(**where, autocommit=True) as connection:
            return connection.execute(statement).fetchone()


class Browser:
    """Keeps cookies, trusts our Caddy alone, and says where it came from."""

    def __init__(self, site: Site) -> None:
        self.site = site
        authority = site.folder / "caddy/caddy/pki/authorities/local/root.crt"
        wait_until(authority.exists)
        context = ssl.create_default_context(cafile=authority)
        self.cookies = CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=context),
            urllib.request.HTTPCookieProcessor(self.cookies),
        )

    def open(self, url: str, fields: dict[str, str] | None = None) -> tuple[int, str, str]:
        """The status, the address in the end, and the page."""
        request = urllib.request.Request(self.site.url + url if url.startswith("/") else url)
        if fields is not None:
            request.data = urlencode(fields).encode()
            request.add_header("Referer", f"{self.site.url}/")
            request.add_header("Origin", self.site.url)
        try:
            answer = self.opener.open(request, timeout=60)
        except urllib.error.HTTPError as refusal:
            answer = refusal
        with answer:
            return answer.status, answer.url, answer.read().decode()

    def headers_of(self, url: str) -> dict[str, str]:
        with self.opener.open(self.site.url + url, timeout=60) as answer:
            return dict(answer.headers)

    def fields_of(self, page: str, action: str) -> dict[str, str]:
        """What the form of a page that leads to `action` sends by itself."""
        markup = self.open(page)[2]
        form = re.search(rf'<form[^>]*action="{action}[^"]*"[^>]*>.*?</form>', markup, re.DOTALL)
        assert form is not None, markup
        pairs = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[0])
        return {name: unescape(value) for name, value in pairs}


@pytest.fixture
def site(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    """A database of its own, and all processes; each stops at the end."""
    database = {name: str(text) for name, text in settings.DATABASES["default"].items()}
    with django_db_blocker.unblock():
        template = migrated_template()
    where = {"dbname": "postgres", "user": "postgres", "host": database["HOST"]}
    site = Site(tmp_path, database, free_port(), free_port(), free_port())
    (tmp_path / "life").mkdir()
    with psycopg.connect(**where, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {DATABASE} TEMPLATE {template}")
        with ExitStack() as running:
            running.callback(server.execute, f"DROP DATABASE {DATABASE} WITH (FORCE)")
            _start(site, running)
            yield site


def _start(site: Site, running: ExitStack) -> None:
    site.python("manage.py", "collectstatic", "--no-input", "--verbosity=0")
    where = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(site.web)]
    how = ["--workers", "2", "--blocking-threads", "8", "--respawn-failed-workers"]
    celery = ["celery", "-A", "obole"]
    schedule = str(site.folder / "schedule")
    caddyfile = ["--config", "deploy/Caddyfile", "--adapter", "caddyfile"]
    for name, *command in (
        ("web", "granian", *where, *how, "obole.wsgi:application"),
        ("worker", *celery, "worker", "--concurrency", "1"),
        ("beat", *celery, "beat", "--schedule", schedule, "--pidfile="),
        ("proxy", "caddy", "run", *caddyfile),
    ):
        running.enter_context(site.process(name, *command))


class TestSite:
    def test_signs_in_counts_a_click_and_settles(self, site: Site) -> None:
        song = site.python("-c", PEOPLE).strip()
        ada = Browser(site)
        wait_until(lambda: ada.open("/healthz")[0] == 200)

        form = ada.fields_of("/sign-in/", "/sign-in/")
        signed_in = ada.open("/sign-in/", form | {"login": "ada", "password": PASSWORD})
        form = ada.fields_of(f"/thing/{song}", "/click")
        # 425: nobody reads that fast.
        wait_until(lambda: ada.open("/click", form)[0] == 200)
        site.python("-c", SETTLE)
        wait_until(
            lambda: site.query("SELECT settled_at IS NOT NULL FROM payments_settlement") == (True,)
        )
        statement = ada.open(f"/giving/{ENDED}/")

        assert signed_in[:2] == (200, f"{site.url}/giving/")
        assert {cookie.name for cookie in ada.cookies} >= {"__Host-session", "__Host-csrf"}
        assert site.query(CLICKS_NOW) == (1,)
        assert statement[0] == 200
        assert "5.00" in statement[2]
        assert site.query("SELECT balance FROM payments_ledgeraccount WHERE kind = 'earnings'") == (
            4_500_000,
        )
        site.python("manage.py", "audit")

        self._serves_only_by_tls(site, ada)
        self._tells_supervisors(site)
        self._writes_json(site)

    def _serves_only_by_tls(self, site: Site, ada: Browser) -> None:
        plain = HTTPConnection("localhost", site.plain, timeout=60)
        plain.request("GET", "/")
        redirect = plain.getresponse()
        plain.close()
        assert redirect.status == 308
        assert str(redirect.headers["Location"]).startswith("https://localhost")
        assert "max-age=31536000" in ada.headers_of("/")["Strict-Transport-Security"]
        stylesheet = re.search(r'href="(/static/obole/obole\.\w+\.css)"', ada.open("/")[2])
        assert stylesheet is not None
        assert "immutable" in ada.headers_of(stylesheet[1])["Cache-Control"]

    def _tells_supervisors(self, site: Site) -> None:
        inside = f"http://127.0.0.1:{site.web}"

        def ready() -> dict[str, object]:
            with urllib.request.urlopen(f"{inside}/readyz", timeout=60) as answer:
                document: dict[str, object] = json.load(answer)
                return document

        # The clock sent the task, and the worker ran it.
        wait_until(lambda: ready()["workers"] == "ok")
        assert {path.name for path in (site.folder / "life").iterdir()} == {"beat", "worker"}
        browser = Browser(site)
        assert [browser.open(path)[0] for path in ("/readyz", "/metrics")] == [404, 404]
        asked = urllib.request.Request(f"{inside}/metrics")
        asked.add_header("Authorization", f"Bearer {TOKEN}")
        with urllib.request.urlopen(asked, timeout=60) as answer:
            # Ada's of now, and that of the month that ended.
            assert 'obole_clicks_total{outcome="counted"} 2.0' in answer.read().decode()

    def _writes_json(self, site: Site) -> None:
        lines = [json.loads(line) for line in site.log("web").splitlines() if line[:1] == "{"]

        assert "POST /click 200" in {line["message"] for line in lines}
        of_tasks = [json.loads(line) for line in site.log("worker").splitlines() if line[:1] == "{"]
        assert "task" in next(line for line in of_tasks if line["logger"] == "celery.app.trace")
        written = site.log("web") + site.log("worker") + site.log("beat")
        assert "Traceback" not in site.log("web")
        for secret in (PASSWORD, "ada@example.org", "smoke-test-0123456789"):
            assert secret not in written
