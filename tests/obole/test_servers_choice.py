"""Where the servers' data lies, whose it is, and which servers are started at all."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from obole.servers import Servers, folder, start_missing
from obole.servers.__main__ import main

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


class TestServerUser:
    @as_root
    def test_root_hands_a_users_folder_to_that_user(self, servers_folder: Path) -> None:
        os.chown(servers_folder, 65534, 65534)

        assert folder.server_user(servers_folder / "servers") == folder.User(65534, 65534)


class TestDataFolder:
    @pytest.fixture
    def checkout(self, servers_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.delenv("OBOLE_SERVERS_DIR", raising=False)
        checkout = servers_folder / "checkout"
        self.lay(checkout, monkeypatch)
        return checkout

    def lay(self, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        checkout.mkdir()
        (checkout / "manage.py").touch()
        monkeypatch.setattr(folder, "CHECKOUT", checkout)

    def test_lies_in_the_checkout(self, checkout: Path) -> None:
        assert folder.data_folder() == checkout / ".servers"

    def test_is_the_one_that_is_named(
        self, checkout: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("OBOLE_SERVERS_DIR", "/srv/obole")

        assert folder.data_folder() == Path("/srv/obole")

    def test_lies_outside_where_the_path_is_too_long_for_a_socket(
        self, servers_folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        checkout = servers_folder / ("long" * 20)
        self.lay(checkout, monkeypatch)
        monkeypatch.delenv("OBOLE_SERVERS_DIR", raising=False)

        found = folder.data_folder()

        assert len(os.fsencode(found)) <= folder.LONGEST_BASE
        assert not found.is_relative_to(checkout)
        assert folder.data_folder() == found

    @as_root
    def test_lies_outside_where_the_servers_user_cannot_get(self, checkout: Path) -> None:
        checkout.chmod(0o700)

        found = folder.data_folder()

        assert not found.is_relative_to(checkout)
        assert folder.data_folder() == found

    @as_root
    def test_is_another_for_a_checkout_at_the_place_of_a_deleted_one(
        self, checkout: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        checkout.chmod(0o700)
        first = folder.data_folder()

        shutil.rmtree(checkout)
        self.lay(checkout, monkeypatch)
        checkout.chmod(0o700)

        assert folder.data_folder() != first

    @as_root
    def test_is_another_for_a_copy(self, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        checkout.chmod(0o700)
        first = folder.data_folder()
        copy = checkout.with_name("copy")
        shutil.copytree(checkout, copy, symlinks=True)
        monkeypatch.setattr(folder, "CHECKOUT", copy)

        assert folder.data_folder() != first


class TestStartMissing:
    @pytest.fixture(autouse=True)
    def own_folder(self, servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OBOLE_SERVERS_DIR", str(servers.base))
        monkeypatch.delenv("DATABASE_URL", raising=False)
        monkeypatch.delenv("REDIS_URL", raising=False)

    def test_starts_nothing_where_both_are_named(
        self, servers: Servers, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgres://localhost/obole")
        monkeypatch.setenv("REDIS_URL", "redis://localhost")

        start_missing()

        assert not servers.base.exists()

    def test_starts_only_valkey_where_the_database_is_named(
        self, servers: Servers, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgres://localhost/obole")

        start_missing()

        assert servers.valkey.pid()
        assert not servers.postmaster_pid()

    def test_starts_only_postgres_where_redis_is_named(
        self, servers: Servers, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("REDIS_URL", "redis://localhost")

        start_missing()

        assert servers.postmaster_pid()
        assert not servers.valkey.pid()


class TestCommandLine:
    def test_starts_shows_and_stops(
        self, servers: Servers, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("OBOLE_SERVERS_DIR", str(servers.base))

        assert main(["status"]) == 1
        assert main(["up"]) == 0
        capsys.readouterr()
        assert main(["status"]) == 0
        shown = capsys.readouterr().out
        assert f"runs, process {servers.postmaster_pid()}" in shown
        assert f"runs, process {servers.valkey.pid()}" in shown
        assert main(["down"]) == 0
        assert not servers.postmaster_pid()
        assert not servers.valkey.pid()

    def test_says_in_one_line_why_a_server_cannot_start(
        self,
        servers_folder: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        place = servers_folder / "servers"
        place.write_text("not a folder")
        monkeypatch.setenv("OBOLE_SERVERS_DIR", str(place))

        assert main(["up"]) == 2

        said = capsys.readouterr().err
        assert said.startswith(f"cannot use {place}: ")
        assert said.count("\n") == 1
