"""What all tests share: real servers, a database and a Redis of each process's own."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation
from elsewhere import Elsewhere
from migrated import migrated_template
from pytest_django import DjangoDbBlocker
from stripe_site import PUBLISHABLE, SECRET, WEBHOOK_SECRET, Stripe

from obole import environment
from obole.servers import Servers, start_missing

# Several runs in one checkout, say of two people's terminals, take different numbers.
RUN = "OBOLE_TEST_RUN"
RUNS = 8
DATABASES_PER_RUN = 128
FIRST_DATABASE = 16

hypothesis.settings.register_profile("obole", deadline=None, print_blob=True)
hypothesis.settings.load_profile("obole")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        start_missing()
        config.stash[_run_key] = _take_run_number(config)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Tests of the admin sign in without; those of the second factor ask for it.
    settings.STAFF_SECOND_FACTOR = False
    # Each test's client would go through all static files again; browsers alone ask for them.
    settings.WHITENOISE_USE_FINDERS = False
    _use_own_redis()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_blocker: DjangoDbBlocker) -> None:
    """A test database of this process's own, which need not outlive a power cut."""
    database = connection.settings_dict
    with django_db_blocker.unblock():
        database["TEST"]["TEMPLATE"] = migrated_template()
    database["TEST"]["NAME"] = f"test_{database['NAME']}_{os.environ[RUN]}_{_worker()}"
    options = database.setdefault("OPTIONS", {})
    options["options"] = f"{options.get('options', '')} -c synchronous_commit=off".strip()


@pytest.fixture
def servers_folder() -> Iterator[Path]:
    """An empty folder whose path is short enough for sockets, and that any user may enter."""
    with tempfile.TemporaryDirectory(prefix="obole-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.fixture
def servers(servers_folder: Path) -> Iterator[Servers]:
    """A PostgreSQL and a Valkey of this test's own; not started yet, stopped at the end."""
    servers = Servers(servers_folder / "servers")
    yield servers
    servers.stop()


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Elsewhere]:
    """Other people's sites, which everything that fetches finds in place of the internet."""
    sites = Elsewhere(tmp_path)
    monkeypatch.setattr("things.fetching.network.INTERNET", sites.network)
    yield sites
    sites.stop()


@pytest.fixture(scope="session")
def _stripe_process() -> Iterator[Stripe]:
    process = Stripe()
    yield process
    process.stop()


@pytest.fixture
def stripe(_stripe_process: Stripe, settings: Any) -> Stripe:
    """A Stripe that has forgotten all that was before, and a site that takes cards by it."""
    _stripe_process.flush()
    settings.STRIPE_API_URL = _stripe_process.url
    settings.STRIPE_PUBLISHABLE_KEY = PUBLISHABLE
    settings.STRIPE_SECRET_KEY = SECRET
    settings.STRIPE_WEBHOOK_SECRETS = [WEBHOOK_SECRET]
    return _stripe_process


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()


@pytest.fixture(autouse=True)
def _sites_language() -> None:
    """A request of an earlier test leaves its language behind."""
    translation.deactivate()


@pytest.fixture(autouse=True, scope="session")
def _flush_past_triggers() -> Iterator[None]:
    """Let the emptying of all tables after a `transaction=True` test past our triggers.

    The ledger refuses TRUNCATE; triggers rest in a session that plays the replica.
    """
    teardown = TransactionTestCase._fixture_teardown

    def past_triggers(test: TransactionTestCase) -> None:
        with _as_replica():
            teardown(test)
            _drop_click_tables()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", past_triggers)
        yield


def _drop_click_tables() -> None:
    """Tables of clicks that a test made stay sealed where it settled their month."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass FROM pg_inherits"
            " WHERE inhparent = to_regclass('things_click')"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"DROP TABLE {table}")


@contextmanager
def _as_replica() -> Iterator[None]:
    _execute("SET session_replication_role = replica")
    try:
        yield
    finally:
        _execute("RESET session_replication_role")


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


_run_key = pytest.StashKey[IO[Any]]()


def _take_run_number(config: pytest.Config) -> IO[Any]:
    """Hold the lowest free number as long as this process lives; its workers inherit it."""
    folder = config.rootpath / ".pytest_cache" / "runs"
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(RUNS):
        lock = (folder / str(number)).open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        os.environ[RUN] = str(number)
        return lock
    raise pytest.UsageError(f"{RUNS} test runs are going on in this checkout already")


def _worker() -> int:
    """0 in a run without workers; from 1 in workers."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw-1").removeprefix("gw")) + 1


def _use_own_redis() -> None:
    """A database of Redis for the cache, emptied before each test, and the next for queues.

    A Redis that the environment names has but 16, unless it was told otherwise.
    """
    first = FIRST_DATABASE + int(os.environ[RUN]) * DATABASES_PER_RUN
    if os.environ.get("REDIS_URL"):
        first = environment.database_of(settings.REDIS_URL)
    url = environment.in_database(settings.REDIS_URL, first + 2 * _worker())
    settings.REDIS_URL = url
    settings.CACHES["default"]["LOCATION"] = url
    settings.CELERY_BROKER_URL = environment.queues_beside(url)
    settings.CELERY_RESULT_BACKEND = settings.CELERY_BROKER_URL
