"""What one deploys with is read by the tools that will read it: none of them starts anything."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
UNITS = ROOT / "deploy/systemd"
ENVIRONMENT = {"POSTGRES_PASSWORD": "for-the-test", "OBOLE_SITE_URL": "https://obole.example"}

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="the tools are there for Linux")


def run(*command: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in command],
        cwd=ROOT,
        env=os.environ | variables,
        check=False,
        capture_output=True,
        text=True,
    )


@on_linux
class TestDockerfile:
    def test_passes_hadolint(self) -> None:
        linted = run(BIN / "hadolint", "--no-color", "Dockerfile")

        assert (linted.stdout, linted.stderr, linted.returncode) == ("", "", 0)

    def test_ends_as_an_ordinary_user(self) -> None:
        lines = (ROOT / "Dockerfile").read_text().splitlines()

        assert [line for line in lines if line.startswith("USER ")] == ["USER 10001:10001"]

    def test_pins_the_uv_that_wrote_the_lock(self) -> None:
        [version] = re.findall(r"uv==([\d.]+)", (ROOT / "Dockerfile").read_text())

        assert re.fullmatch(r"\d+\.\d+\.\d+", version)

    def test_copies_what_there_is_and_the_ignore_file_lets_through(self) -> None:
        ignored = (ROOT / ".dockerignore").read_text().splitlines()
        copied = re.findall(r"^COPY (?!--)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.M)

        for name in " ".join(copied).split():
            assert (ROOT / name).exists()
            assert f"!{name}" in ignored


@pytest.fixture(scope="module")
def compose(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """compose.yaml, as Docker Compose itself understands it."""
    folder = tmp_path_factory.mktemp("compose")
    for name in ("compose.yaml", "Dockerfile"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "deploy", folder / "deploy")
    shutil.copy(ROOT / "deploy/obole.env.example", folder / ".env")
    command = [BIN / "docker-compose", "--project-directory", folder, "--profile", "*"]
    read = run(*command, "config", "--format", "json", **ENVIRONMENT)
    assert (read.stderr, read.returncode) == ("", 0)
    return json.loads(read.stdout)


@on_linux
class TestCompose:
    def test_runs_all_that_a_site_needs(self, compose: dict[str, Any]) -> None:
        wanted = {"web", "worker", "beat", "migrate", "backup", "postgres", "redis", "proxy"}

        assert set(compose["services"]) == wanted

    def test_gives_no_container_more_than_it_needs(self, compose: dict[str, Any]) -> None:
        for name, service in compose["services"].items():
            assert service["read_only"], name
            assert service["cap_drop"] == ["ALL"], name
            assert service["security_opt"] == ["no-new-privileges:true"], name
            assert "privileged" not in service, name
            assert bool(service.get("ports")) == (name == "proxy"), name

    def test_looks_whether_each_lives(self, compose: dict[str, Any]) -> None:
        looked_at = {n for n, service in compose["services"].items() if "healthcheck" in service}

        # The image itself looks at the web process.
        assert looked_at == {"worker", "beat", "postgres", "redis"}
        assert "HEALTHCHECK" in (ROOT / "Dockerfile").read_text()

    def test_keeps_the_servers_from_the_outside(self, compose: dict[str, Any]) -> None:
        assert compose["networks"]["inside"]["internal"]
        for name in ("postgres", "redis"):
            assert set(compose["services"][name]["networks"]) == {"inside"}

    def test_needs_its_secrets(self, tmp_path: Path) -> None:
        shutil.copy(ROOT / "compose.yaml", tmp_path)
        (tmp_path / ".env").touch()

        read = run(BIN / "docker-compose", "--project-directory", tmp_path, "config")

        assert read.returncode != 0
        assert "set it in .env" in read.stderr

    def test_names_settings_that_there_are(self, compose: dict[str, Any]) -> None:
        readme = (ROOT / "README.md").read_text()
        example = (ROOT / "deploy/obole.env.example").read_text()
        named = set(re.findall(r"OBOLE_[A-Z_]+", example + (ROOT / "Dockerfile").read_text()))
        units = "".join(unit.read_text() for unit in UNITS.iterdir())
        named |= set(re.findall(r"OBOLE_[A-Z_]+", units))

        assert {name for name in named if f"`{name}`" not in readme} == set()


@on_linux
class TestCaddyfile:
    def test_is_valid_and_in_caddys_own_form(self) -> None:
        variables = {"OBOLE_SITE_URL": "https://obole.example"}
        file = "deploy/Caddyfile"

        checked = run(
            BIN / "caddy", "validate", "--config", file, "--adapter", "caddyfile", **variables
        )
        formatted = run(BIN / "caddy", "fmt", file)

        assert checked.returncode == 0, checked.stderr
        assert formatted.stdout == (ROOT / file).read_text()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
class TestUnits:
    @pytest.fixture
    def root(self, tmp_path: Path) -> Path:
        """A file system with our units, and programs where the units name them."""
        folder = tmp_path / "etc/systemd/system"
        folder.mkdir(parents=True)
        for unit in UNITS.iterdir():
            shutil.copy(unit, folder)
        system = Path("/usr/lib/systemd/system")
        (tmp_path / "usr/lib/systemd").mkdir(parents=True)
        shutil.copytree(system, tmp_path / system.relative_to("/"), symlinks=True)
        texts = "".join(unit.read_text() for unit in UNITS.glob("*.service"))
        for program in set(re.findall(r"^Exec\w+=(\S+)", texts, re.M)):
            file = tmp_path / program.removeprefix("/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch(0o755)
        return tmp_path

    def test_pass_systemds_own_look(self, root: Path) -> None:
        names = [unit.name for unit in UNITS.iterdir()]

        checked = run("systemd-analyze", "verify", f"--root={root}", "--man=no", *names)

        ours = [line for line in checked.stderr.splitlines() if "obole" in line]
        assert (ours, checked.returncode) == ([], 0), checked.stderr

    @pytest.mark.parametrize("unit", sorted(unit.name for unit in UNITS.glob("*.service")))
    def test_are_locked_in(self, root: Path, unit: str) -> None:
        # 0 is nothing that the unit could do to the system, 100 all of it; the usual one has 96.
        looked = run(
            "systemd-analyze",
            "security",
            "--offline=true",
            f"--root={root}",
            "--threshold=15",
            unit,
        )

        assert looked.returncode == 0, looked.stdout[-400:]

    def test_run_what_the_dockerfile_and_compose_run(self) -> None:
        texts = "".join(unit.read_text() for unit in UNITS.glob("*.service"))

        for command in ("granian", "celery -A obole worker", "celery -A obole beat", "backup"):
            assert command in texts
