"""The PostgreSQL and the Valkey that a checkout runs for itself where none is named.

`DATABASE_URL` and `REDIS_URL` name servers of one's own; then nothing is started here.
Both servers listen on UNIX sockets in one folder that only their user may enter, so two
checkouts never meet and no port is taken. No state is written down: each process asks
the servers themselves, and starts under a lock what does not answer.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from .folder import ServersError, User, data_folder, make_private, server_user
from .postgres import Postgres
from .valkey import Valkey

__all__ = ["Servers", "ServersError", "checkout_servers", "start_missing"]


class Servers:
    """One PostgreSQL and one Valkey with their data in the folder `base`.

    Making an object touches nothing; only `start` and `stop` do. `base` is at most
    `folder.LONGEST_BASE` bytes long, since the path of a UNIX socket is short.
    """

    def __init__(self, base: Path) -> None:
        self.base = base

    @cached_property
    def user(self) -> User | None:
        """Whom the servers run as; None: the user of this process."""
        return server_user(self.base)

    @cached_property
    def postgres(self) -> Postgres:
        return Postgres(self.base / "postgres", self.user)

    @cached_property
    def valkey(self) -> Valkey:
        return Valkey(self.base / "valkey", self.user)

    @property
    def database(self) -> dict[str, str]:
        """The entry for Django's DATABASES."""
        return self.postgres.database

    @property
    def redis_url(self) -> str:
        """For Django's cache and redis-py: database 0."""
        return self.valkey.url(database=0)

    @property
    def celery_url(self) -> str:
        """The same server in kombu's spelling: database 1."""
        return self.valkey.celery_url(database=1)

    def postmaster_pid(self) -> int | None:
        """The process id of the running PostgreSQL, or None."""
        return self.postgres.pid()

    def start(self, *, postgres: bool = True, valkey: bool = True) -> None:
        """Start what does not run yet; safe from several processes at once.

        Raises ServersError if a server does not come up, with the end of its log.
        """
        with self._locked():
            if postgres:
                self.postgres.start()
            if valkey:
                self.valkey.start()

    def stop(self) -> None:
        """End both servers and wait until their processes are gone."""
        if not self.base.exists():
            return
        with self._locked():
            self.postgres.stop()
            self.valkey.stop()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        make_private(self.base, self.user)
        with (self.base / "lock").open("a") as lock:
            if self.user:
                os.fchown(lock.fileno(), self.user.uid, self.user.gid)
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def checkout_servers() -> Servers:
    """The servers of this checkout, whether they run or not."""
    return Servers(data_folder())


def start_missing() -> None:
    """Start the servers that the environment does not name. Raises ServersError."""
    postgres = not os.environ.get("DATABASE_URL")
    valkey = not os.environ.get("REDIS_URL")
    if postgres or valkey:
        checkout_servers().start(postgres=postgres, valkey=valkey)
