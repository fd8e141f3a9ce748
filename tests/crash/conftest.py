"""The month that is killed over and over: loaded once a process, copied for each test."""

from __future__ import annotations

import itertools
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from crash_site import CrashSite, write_month_folder

from obole.servers import Servers

FEW_SEEDS, ALL_SEEDS = 1, 13
_numbers = itertools.count()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--all-seeds", action="store_true", help=f"{ALL_SEEDS} seeds for each kind of crash"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        seeds = ALL_SEEDS if metafunc.config.getoption("--all-seeds") else FEW_SEEDS
        metafunc.parametrize("seed", range(seeds))


@pytest.fixture(scope="session")
def month() -> Iterator[CrashSite]:
    """Servers of this process's own, with the month in the database `month`, not settled."""
    with tempfile.TemporaryDirectory(prefix="obole-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        servers = Servers(folder / "servers")
        servers.start()
        site = CrashSite(servers, "month")
        _create(servers, "month", "template1")
        write_month_folder(folder)
        for arguments in (["migrate", "--verbosity=0"], ["import_month", str(folder), "--json"]):
            subprocess.run(
                [sys.executable, "manage.py", *arguments],
                env=site.environment,
                stdout=subprocess.DEVNULL,
                check=True,
            )
        yield site
        servers.stop()


@pytest.fixture(scope="session")
def undisturbed(month: CrashSite, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The export of a settlement that nothing disturbed."""
    _create(month.servers, "undisturbed", "month")
    site = CrashSite(month.servers, "undisturbed")
    return site.finish(tmp_path_factory.mktemp("undisturbed") / "export")


@pytest.fixture
def site(month: CrashSite) -> Iterator[CrashSite]:
    """A copy of the month, and an empty queue."""
    name = f"crash_{next(_numbers)}"
    _create(month.servers, name, "month")
    _empty_queue(month.servers)
    yield CrashSite(month.servers, name)
    _execute(month.servers, f"DROP DATABASE {name} WITH (FORCE)")


def _create(servers: Servers, name: str, template: str) -> None:
    _execute(servers, f"CREATE DATABASE {name} TEMPLATE {template}")


def _execute(servers: Servers, statement: str) -> None:
    with psycopg.connect(
        dbname="postgres", user="postgres", host=servers.database["HOST"], autocommit=True
    ) as connection:
        connection.execute(statement)


def _empty_queue(servers: Servers) -> None:
    from redis import Redis

    with Redis.from_url(servers.redis_url) as queue:
        queue.flushall()
