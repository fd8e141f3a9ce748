"""A backup and the way back, in the middle of a settlement that was killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from crash_site import CrashSite, is_settled, kill_group, shards_ended, wait_until

from obole.backups.servers import BackupRefused, program

Undisturbed = dict[str, bytes]
pytestmark = pytest.mark.timeout(1200)


def manage(site: CrashSite, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env=site.environment,
        check=False,
        capture_output=True,
        text=True,
    )


def back_up(site: CrashSite, folder: Path, *options: str) -> dict[str, Any]:
    made = manage(site, "backup", str(folder), "--json", *options)
    assert made.returncode == 0, made.stderr
    return json.loads(made.stdout)


def databases(site: CrashSite) -> set[str]:
    with site.connect() as connection:
        found = connection.execute("SELECT datname::text FROM pg_database").fetchall()
    return {str(name) for (name,) in found if str(name).startswith(site.database)}


class TestBackupAndRestore:
    def test_after_a_kill_in_the_middle_lead_to_the_same_month(
        self, site: CrashSite, undisturbed: Undisturbed, tmp_path: Path
    ) -> None:
        victim = site.settle()
        with site.connect() as connection:
            wait_until(lambda: shards_ended(connection) >= 5)
            kill_group(victim)
            done = shards_ended(connection)
            assert not is_settled(connection)

        made = back_up(site, tmp_path / "backups")
        # What happens after the backup is lost with it.
        assert site.settle().wait() == 0
        refused = manage(site, "restore", made["file"])
        restored = manage(site, "restore", made["file"], "--force", "--json")

        assert refused.returncode == 2
        assert "not empty" in refused.stderr
        assert restored.returncode == 0, restored.stderr
        assert json.loads(restored.stdout)["transfers"] == made["transfers"]
        with site.connect() as connection:
            assert (shards_ended(connection), is_settled(connection)) == (done, False)
        assert manage(site, "audit").returncode == 0
        assert site.finish(tmp_path / "export") == undisturbed

        former = json.loads(restored.stdout)["former"]
        assert databases(site) == {site.database, former}
        with site.connect() as connection:
            connection.execute(f"DROP DATABASE {former}")

    def test_leave_everything_as_it_was_where_the_file_is_no_good(
        self, site: CrashSite, tmp_path: Path
    ) -> None:
        made = back_up(site, tmp_path, "--untried")
        file = Path(made["file"])
        whole = file.read_bytes()
        with site.connect() as connection:
            connection.execute("CREATE TABLE there (id int)")

        file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        damaged = manage(site, "restore", str(file), "--force")
        file.with_suffix(".json").unlink()
        file.write_bytes(whole[: len(whole) // 2])
        cut = manage(site, "restore", str(file), "--force")
        missing = manage(site, "restore", str(tmp_path / "none.dump"), "--force")

        assert [one.returncode for one in (damaged, cut, missing)] == [2, 2, 2]
        assert "damaged" in damaged.stderr
        assert "pg_restore failed" in cut.stderr
        assert "there is no file" in missing.stderr
        with site.connect() as connection:
            assert connection.execute("SELECT count(*) FROM there").fetchone() == (0,)
        assert databases(site) == {site.database}

    def test_find_books_that_are_not_sound(self, site: CrashSite, tmp_path: Path) -> None:
        with site.connect() as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute(
                "UPDATE payments_ledgeraccount SET balance = balance + 1 WHERE kind = 'wallet'"
            )

        made = manage(site, "backup", str(tmp_path), "--json")
        [file] = tmp_path.glob("*.dump")
        restored = manage(site, "restore", str(file), "--force")

        assert made.returncode == 1
        assert "not sound" in made.stderr
        assert json.loads(made.stdout)["sound"] is False
        assert restored.returncode == 2
        assert "OFFENDING" in restored.stderr + restored.stdout or "fault" in restored.stderr
        assert databases(site) == {site.database}


class TestBackup:
    def test_is_for_its_user_alone(self, site: CrashSite, tmp_path: Path) -> None:
        made = back_up(site, tmp_path / "new", "--untried")

        file = Path(made["file"])
        modes = [path.stat().st_mode & 0o777 for path in (file.parent, file)]
        assert modes == [0o700, 0o600]
        assert file.with_suffix(".json").stat().st_mode & 0o777 == 0o600
        assert {path.suffix for path in file.parent.iterdir()} == {".dump", ".json"}

    def test_says_why_there_is_none(self, site: CrashSite, tmp_path: Path) -> None:
        (tmp_path / "file").touch()

        refused = manage(site, "backup", str(tmp_path / "file" / "folder"))

        assert refused.returncode == 2
        assert "Traceback" not in refused.stderr


class TestProgram:
    def test_is_as_new_as_the_server(self) -> None:
        found = subprocess.run(
            [program("pg_dump", version=18), "--version"], check=True, capture_output=True
        )

        assert b" 18." in found.stdout

    def test_is_asked_for_where_there_is_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", os.devnull)

        with pytest.raises(BackupRefused, match="postgresql-client-99"):
            program("pg_dump", version=99)
