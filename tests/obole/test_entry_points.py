"""Every way into the program finds the standard library's `platform`, and our packages.

`platform/` in the checkout is a folder, which a package or module of the standard library
goes before as long as the folder holds no `__init__.py`.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STANDARD = Path(sysconfig.get_path("stdlib")) / "platform.py"
BIN = Path(sys.executable).parent
WHERE = "import platform; print(platform.__file__)"


def said(*command: str | Path, cwd: Path = ROOT) -> str:
    done = subprocess.run(
        [str(word) for word in command],
        check=False,
        cwd=cwd,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class TestPlatform:
    def test_is_a_folder_and_no_package(self) -> None:
        assert not (ROOT / "platform" / "__init__.py").exists()

    def test_is_the_standard_librarys_in_the_root(self) -> None:
        assert said(sys.executable, "-c", WHERE) == f"{STANDARD}\n"

    def test_is_the_standard_librarys_under_manage(self) -> None:
        manage = [sys.executable, "manage.py", "shell", "--no-imports", "-c", WHERE]

        assert said(*manage) == f"{STANDARD}\n"

    def test_is_the_standard_librarys_under_pytest(self, tmp_path: Path) -> None:
        assert platform.__file__ == str(STANDARD)
        test = tmp_path / "test_platform.py"
        test.write_text(f"def test(): import platform; assert platform.__file__ == '{STANDARD}'")
        alone = ["-p", "no:django", "-c", os.devnull, "--rootdir", tmp_path]

        passed = said(sys.executable, "-m", "pytest", *alone, test)

        assert "1 passed" in passed

    def test_is_the_standard_librarys_under_celery(self, tmp_path: Path) -> None:
        report = said(BIN / "celery", "-A", "obole", "report")

        assert f"py:{platform.python_version()}" in report
        assert platform.system() in report


class TestCelery:
    def test_has_its_settings_from_django(self) -> None:
        from obole import celery_app

        assert celery_app.conf.task_acks_late
        assert celery_app.conf.task_reject_on_worker_lost
        assert celery_app.conf.worker_prefetch_multiplier == 1
        assert celery_app.conf.accept_content == ["json"]
        assert celery_app.conf.broker_transport_options["visibility_timeout"] == 300


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our wheel, built and unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    said(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder)
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


class TestWheel:
    def test_holds_our_packages_and_nothing_else(self, unpacked: Path) -> None:
        names = {entry.name for entry in unpacked.iterdir() if not entry.name.endswith("-info")}

        assert names == {"obole", "accounts", "things", "payments"}

    def test_holds_every_module(self, unpacked: Path) -> None:
        kept = said("git", "ls-files", "*.py").split()
        ours = [
            name for name in kept if not name.startswith(("tests/", ".ci/", "docs/", "manage.py"))
        ]

        missing = [
            name for name in ours if not (unpacked / name.removeprefix("platform/")).exists()
        ]

        assert missing == []

    def test_runs_away_from_the_checkout(self, unpacked: Path, tmp_path: Path) -> None:
        program = (
            f"import sys; sys.path.insert(0, {str(unpacked)!r});"
            "import django, obole.settings, platform; django.setup();"
            "import accounts.models, things.models, payments.models;"
            "print(platform.__file__, obole.__file__, payments.__file__, sep='\\n')"
        )
        found = said(sys.executable, "-c", program, cwd=tmp_path).split()

        assert found == [
            str(STANDARD),
            str(unpacked / "obole" / "__init__.py"),
            str(unpacked / "payments" / "__init__.py"),
        ]
