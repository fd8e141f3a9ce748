"""The documentation is built whole, without a broken link, from what the code says today."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from html import unescape
from pathlib import Path
from types import ModuleType

import pytest
from django.conf import settings
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parents[2]
OURS = {"accounts", "things", "payments", "obole"}


def reference() -> ModuleType:
    """The extension that makes the pages of reference."""
    spec = importlib.util.spec_from_file_location("reference", ROOT / "docs/_ext/reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["reference"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages, built with every warning as an error."""
    folder = tmp_path_factory.mktemp("docs")
    sphinx = Path(sys.executable).with_name("sphinx-build")
    strict = ["-W", "--keep-going", "-n", "-q", "-d", folder / "doctrees", "-b", "html"]
    built = subprocess.run(
        [sphinx, *strict, "docs", folder / "html"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert (built.stderr, built.returncode) == ("", 0)
    return folder / "html"


class TestPages:
    def test_name_every_command_and_its_options(self, site: Path) -> None:
        page = unescape((site / "reference/commands.html").read_text())
        ours = {name for name, app in get_commands().items() if app in OURS}

        assert {"audit", "backup", "settle_month"} < ours
        assert {
            name for name in ours if f"manage.py {name}" not in re.sub("<[^>]*>", "", page)
        } == (set())
        assert "--dry-run" in page

    def test_name_every_setting_with_its_bounds(self, site: Path) -> None:
        page = re.sub("<[^>]*>", "", unescape((site / "reference/settings.html").read_text()))
        source = (ROOT / "platform/obole/settings.py").read_text()
        names = set(re.findall(r'environment\.\w+\(\s*"(\w+)"', source))

        assert "OBOLE_FEE_BASIS_POINTS" in names
        assert {name for name in names if name not in page} == set()
        assert "whole number, 0 to 10000" in page

    def test_name_everything_that_runs_by_itself(self, site: Path) -> None:
        page = (site / "reference/clock.html").read_text()

        for entry in settings.CELERY_BEAT_SCHEDULE.values():
            assert entry["task"] in page

    def test_name_every_metric(self, site: Path) -> None:
        page = (site / "reference/metrics.html").read_text()
        folder = ROOT / "platform/obole/metrics"
        named = set(
            re.findall(r'"(obole_\w+)"', "".join(f.read_text() for f in folder.glob("*.py")))
        )

        assert len(named) > 20
        assert {name for name in named if name not in page} == set()

    def test_ask_nobody_else_for_anything(self, site: Path) -> None:
        for page in site.rglob("*.html"):
            loaded = re.findall(
                r'<(?:script|link|img)[^>]*(?:src|href)="([^"]*)"', page.read_text()
            )
            assert [url for url in loaded if "//" in url] == []
            assert "<style" not in page.read_text()

    def test_can_be_searched(self, site: Path) -> None:
        assert "operators/backups" in (site / "searchindex.js").read_text()
        assert 'role="search"' in (site / "index.html").read_text()


class TestSettings:
    def test_without_a_row_in_the_readme_fail(self, monkeypatch: pytest.MonkeyPatch) -> None:
        module = reference()
        monkeypatch.setattr(module, "_read_by_the_code", lambda: [("OBOLE_NEW", ("text", ""))])

        with pytest.raises(module.OutOfDate, match="OBOLE_NEW"):
            module.settings()
