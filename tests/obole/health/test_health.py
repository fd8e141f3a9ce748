"""`/healthz` and `/readyz`, while the servers that the site needs stop and come again."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from crash_site import wait_until
from django.conf import settings
from django.db import connection
from django.test import Client

from obole.clock import Clock
from obole.health import readiness
from obole.health.signs import LATE, leave_mark, seconds_since_mark, show_life
from obole.servers import Servers

ROOT = Path(__file__).resolve().parents[3]
NOW = datetime(2010, 9, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _ask_anew() -> None:
    readiness.forget()


class Site:
    """A web process of its own, over servers of its own."""

    def __init__(self, servers: Servers) -> None:
        self.servers = servers
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    @property
    def environment(self) -> dict[str, str]:
        host = self.servers.database["HOST"]
        return os.environ | {
            "DJANGO_SETTINGS_MODULE": "obole.settings",
            "DATABASE_URL": f"postgres://postgres@/obole?host={host}",
            "REDIS_URL": self.servers.redis_url,
            "CELERY_BROKER_URL": self.servers.celery_url,
            # Answered by plain http all the same, and by the address of the machine.
            "OBOLE_SITE_URL": "https://obole.example",
        }

    @contextmanager
    def running(self) -> Iterator[None]:
        granian = Path(sys.executable).with_name("granian")
        where = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port)]
        process = subprocess.Popen(
            [str(granian), *where, "obole.wsgi:application"], cwd=ROOT, env=self.environment
        )
        try:
            wait_until(self.answers)
            yield
        finally:
            process.terminate()
            process.wait(30)

    def answers(self) -> bool:
        try:
            return self.ask("/healthz")[0] == 200
        except OSError:
            return False

    def ask(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as got:
                return got.status, got.read().decode()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read().decode()

    def ready(self) -> tuple[int, dict[str, Any]]:
        """Once the answer that the process remembers is too old."""
        document: dict[str, Any] = {}

        def settled() -> bool:
            nonlocal document
            earlier, document = document, json.loads(self.ask("/readyz")[1])
            return earlier == document

        wait_until(settled)
        return self.ask("/readyz")[0], document["checks"]


class TestReadyz:
    def test_says_what_is_stopped_and_healthz_lives_on(self, servers: Servers) -> None:
        servers.start()
        site = Site(servers)
        both = {"database": "ok", "redis": "ok"}

        with site.running():
            wait_until(lambda: site.ready() == (503, both | {"database": "failed"}))
            fake = [sys.executable, "manage.py", "migrate", "--fake", "--verbosity=0"]
            subprocess.run(fake, cwd=ROOT, env=site.environment, check=True)
            wait_until(lambda: site.ready() == (200, both))

            servers.valkey.stop()
            wait_until(lambda: site.ready() == (503, both | {"redis": "failed"}))
            assert site.ask("/healthz") == (200, "ok\n")
            servers.start()
            wait_until(lambda: site.ready() == (200, both))

            servers.postgres.stop()
            wait_until(lambda: site.ready() == (503, both | {"database": "failed"}))
            assert site.ask("/healthz") == (200, "ok\n")
            assert str(servers.base) not in site.ask("/readyz")[1]
            servers.start()
            wait_until(lambda: site.ready() == (200, both))

    def test_waits_for_migrations(self, client: Client, db: None, monkeypatch: Any) -> None:
        known = readiness._migrations()
        monkeypatch.setattr(readiness, "_migrations", lambda: known | {("things", "9999_later")})

        answer = client.get("/readyz")

        assert answer.status_code == 503
        assert answer.json()["checks"]["database"] == "failed"

    def test_lets_a_program_be_older_than_its_database(
        self, client: Client, transactional_db: None, monkeypatch: Any
    ) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO django_migrations (app, name, applied)"
                " VALUES ('things', '9999_later', now())"
            )
        try:
            assert client.get("/readyz").status_code == 200
        finally:
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM django_migrations WHERE name = '9999_later'")

    def test_opens_no_more_than_a_connection_a_second(
        self, client: Client, db: None, monkeypatch: Any
    ) -> None:
        asked = []
        monkeypatch.setitem(readiness._CHECKS, "database", lambda: asked.append(1))

        for _ in range(20):
            client.get("/readyz")

        assert 1 <= len(asked) <= 2

    def test_names_workers_that_are_late(self, client: Client, db: None) -> None:
        assert client.get("/readyz").json()["workers"] == "unknown"
        leave_mark(at=datetime.now(UTC))
        assert client.get("/readyz").json()["workers"] == "ok"

        leave_mark(at=datetime.now(UTC) - timedelta(seconds=LATE + 1))

        assert client.get("/readyz").json()["workers"] == "late"
        assert client.get("/readyz").status_code == 200

    @pytest.mark.parametrize("path", ["/healthz", "/readyz"])
    def test_takes_nothing_in(self, client: Client, db: None, path: str) -> None:
        assert client.post(path).status_code == 405
        assert "session" not in client.get(path).cookies


class TestHeartbeat:
    def test_is_remembered(self) -> None:
        assert seconds_since_mark(at=NOW) is None

        leave_mark(at=NOW)

        assert seconds_since_mark(at=NOW + timedelta(seconds=30)) == 30

    def test_is_sent_by_the_clock_three_times_a_minute(self) -> None:
        entry = settings.CELERY_BEAT_SCHEDULE["heartbeat"]

        assert (entry["task"], entry["schedule"]) == ("obole.heartbeat", 20.0)
        assert entry["schedule"] * 3 < LATE


class TestSignOfLife:
    def test_is_a_file(self, tmp_path: Path, settings: Any) -> None:
        settings.HEARTBEAT_DIR = str(tmp_path)

        show_life("worker")

        assert [path.name for path in tmp_path.iterdir()] == ["worker"]

    def test_is_a_word_to_systemd(self, tmp_path: Path, monkeypatch: Any) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(str(tmp_path / "notify"))
            monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))

            show_life("beat")

            assert manager.recv(100) == b"READY=1\nWATCHDOG=1"

    def test_is_given_at_each_tick_of_the_clock(self, tmp_path: Path, settings: Any) -> None:
        from obole import celery_app

        settings.HEARTBEAT_DIR = str(tmp_path)
        clock = Clock(celery_app, schedule_filename=str(tmp_path / "schedule"))

        seconds = clock.tick()
        clock.close()

        assert (tmp_path / "beat").exists()
        assert seconds <= 30

    def test_is_given_by_a_worker(self, servers: Servers, tmp_path: Path) -> None:
        servers.start(postgres=False)
        environment = Site(servers).environment | {"OBOLE_HEARTBEAT_DIR": str(tmp_path)}
        command = [sys.executable, "-m", "celery", "-A", "obole", "worker", "-P", "solo"]
        worker = subprocess.Popen(command, cwd=ROOT, env=environment)
        try:
            wait_until((tmp_path / "worker").exists)
        finally:
            worker.terminate()
            worker.wait(30)
