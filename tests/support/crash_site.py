"""A site of a test's own, to be killed: its servers, a month of many shards, its processes."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from obole.servers import Servers

PERIOD = "2010-09"
SUBSCRIBERS, THINGS, SUBSCRIBERS_A_SHARD = 6_000, 900, 150
CURRENCIES = ("EUR", "SEK", "USD")
PATIENCE = 120

# Finishes what a crash left, as the next start would, and says what the month came to.
FINISH = """
import sys, django; django.setup()
from pathlib import Path
from django.core.management import call_command
if sys.argv[1] == "settle":
    call_command("settle_month", "2010-09", verbosity=0, json=True)
call_command("audit", json=True)
call_command("export_month", "2010-09", sys.argv[2], json=True)
"""
SEND = """
import django; django.setup()
from payments.settlement.tasks import settle_month
settle_month.delay(period="2010-09")
"""


@dataclass(frozen=True)
class CrashSite:
    """Servers, and the database of one test in them."""

    servers: Servers
    database: str

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which a process works on this site."""
        return os.environ | {
            "DJANGO_SETTINGS_MODULE": "obole.settings",
            "DATABASE_URL": f"postgres://postgres@/{self.database}?host={self._host}",
            "REDIS_URL": self.servers.redis_url,
            "CELERY_BROKER_URL": self.servers.celery_url,
            "OBOLE_SUBSCRIBERS_A_SHARD": str(SUBSCRIBERS_A_SHARD),
            "OBOLE_REDELIVERY_SECONDS": "2",
        }

    @property
    def _host(self) -> str:
        return self.servers.database["HOST"]

    def connect(self) -> psycopg.Connection[tuple[int, ...]]:
        """A connection of the test's own."""
        return psycopg.connect(
            dbname=self.database, user="postgres", host=self._host, autocommit=True
        )

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """A process of its own group, with its children in it; what it prints is thrown away."""
        return subprocess.Popen(
            [sys.executable, *arguments],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def settle(self, *options: str) -> subprocess.Popen[bytes]:
        """`manage.py settle_month`, under way."""
        return self.start("manage.py", "settle_month", PERIOD, *options)

    def send(self) -> None:
        """Put the settlement into the queue."""
        subprocess.run([sys.executable, "-c", SEND], env=self.environment, check=True)

    def finish(self, folder: Path, *, how: str = "settle") -> dict[str, bytes]:
        """Settle again, or only look (`how` is another word), audit, and export: the bytes."""
        subprocess.run(
            [sys.executable, "-c", FINISH, how, str(folder)],
            env=self.environment,
            stdout=subprocess.PIPE,
            check=True,
        )
        files = (path for path in sorted(folder.rglob("*")) if path.is_file())
        return {str(path.relative_to(folder)): path.read_bytes() for path in files}

    @contextmanager
    def worker(self) -> Iterator[subprocess.Popen[bytes]]:
        """A Celery worker with two processes; killed at the end where it still runs."""
        arguments = ["-m", "celery", "-A", "obole", "worker", "-c", "2", "-l", "ERROR"]
        worker = self.start(*arguments)
        try:
            yield worker
        finally:
            kill_group(worker)


def shards_ended(connection: psycopg.Connection[tuple[int, ...]]) -> int:
    """How many shards of the month are done; -1 before the period is closed."""
    row = connection.execute(
        "SELECT (SELECT count(*) FROM payments_shard WHERE ended_at IS NOT NULL)"
        " - CASE WHEN EXISTS (SELECT FROM payments_settlement) THEN 0 ELSE 1 END"
    ).fetchone()
    return row[0] if row else -1


def is_settled(connection: psycopg.Connection[tuple[int, ...]]) -> bool:
    """Whether the month is settled."""
    row = connection.execute(
        "SELECT count(*) FROM payments_settlement WHERE settled_at IS NOT NULL"
    ).fetchone()
    return bool(row and row[0])


def wait_until(holds: Callable[[], bool]) -> None:
    """Look again and again, for PATIENCE seconds at most."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError("what was waited for did not come")
        time.sleep(0.002)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL a process and all of its group, and wait until it is gone."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def kill_postgres(servers: Servers) -> None:
    """SIGKILL the postmaster and then all its children, as a power cut would."""
    pid = servers.postmaster_pid()
    if pid is None:
        raise ProcessLookupError("PostgreSQL does not run")
    postmaster = psutil.Process(pid)
    processes = [postmaster, *postmaster.children()]
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(processes, timeout=PATIENCE)


def write_month_folder(folder: Path) -> None:
    """A month in three currencies, with popular things and givers of many clicks and of none."""
    chance = random.Random(1)
    popularity = [1 / (number + 1) for number in range(THINGS)]
    things = ["url,creator,title,category,language"]
    things += [
        f"https://blog-{n % 37}.example/{n},creator{n % 37},Thing {n},text,en_GB"
        for n in range(THINGS)
    ]
    budgets, clicks = ["subscriber,amount,currency"], ["clicked_at,subscriber,url"]
    for number in range(SUBSCRIBERS):
        amount, currency = chance.randint(200, 2500), CURRENCIES[number % 3]
        budgets.append(f"subscriber{number:05},{amount / 100:.2f},{currency}")
        wanted = chance.choices(range(THINGS), popularity, k=number % 9)
        clicks += [
            f"2010-09-{1 + number % 30:02}T12:00:00+00:00,subscriber{number:05},"
            f"https://blog-{thing % 37}.example/{thing}"
            for thing in sorted(set(wanted))
        ]
    for name, lines in (("things", things), ("budgets", budgets), ("clicks", clicks)):
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
