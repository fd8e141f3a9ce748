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

# Each seed is a crash of its own. `make test` has the first one or two of a kind.
SEEDS = {
    "test_is_finished_by_the_next_run": range(26),
    "test_is_finished_after_a_crash_of_postgresql": range(26, 39),
    "test_that_is_killed_is_followed_by_another": range(39, 52),
}
FEW = {"test_is_finished_by_the_next_run": 2}
_numbers = itertools.count()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--all-seeds", action="store_true", help="crash at each of 52 seeds")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        name = metafunc.definition.originalname
        all_seeds = metafunc.config.getoption("--all-seeds")
        metafunc.parametrize("seed", SEEDS[name] if all_seeds else SEEDS[name][: FEW.get(name, 1)])


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
