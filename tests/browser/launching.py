"""Chromium in three cookie modes, each as a reader has it and not as a test tool makes it."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import playwright
from chromium import find_chromium, installed_chromium, surroundings
from playwright.sync_api import BrowserContext, Playwright

# Third-party cookies: allowed; going away, as Chromium's switch for testing has it; blocked.
MODES = ("allowed", "phaseout", "blocked")

_ALWAYS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--host-resolver-rules=MAP *.example:443 127.0.0.1:{port}",
    # Not --ignore-certificate-errors: with it Chromium would not use its cache.
    "--ignore-certificate-errors-spki-list={spki}",
]


# The package's headless shell always allows them: it has no settings for cookies.
CHOOSES = installed_chromium() is not None

# In which a test runs that asks for none.
USUAL_MODE = "phaseout" if CHOOSES else "allowed"


def launch(
    tool: Playwright, mode: str, folder: Path, *, port: int, spki: str, **options: object
) -> BrowserContext:
    """A browser with a profile of its own, in one cookie mode."""
    arguments = _arguments(mode, folder, port=port, spki=spki)
    features = _features_switched_off()
    partitioned = [name for name in features if name != "ThirdPartyStoragePartitioning"]
    browser = find_chromium()
    return tool.chromium.launch_persistent_context(
        folder,
        executable_path=browser,
        headless=True,
        args=[*arguments, f"--disable-features={','.join(partitioned)}"],
        # The tool shares storage between sites and lets every window open: no reader has that.
        ignore_default_args=[
            "--disable-popup-blocking",
            f"--disable-features={','.join(features)}",
        ],
        env=surroundings(browser),
        locale="en-GB",
        **options,  # type: ignore[arg-type]
    )


def launch_on_screen(
    mode: str, folder: Path, *, port: int, spki: str, display: str
) -> subprocess.Popen[bytes]:
    """A browser without a tool's hand on it; the port for asking it is in `DevToolsActivePort`."""
    browser = find_chromium()
    command = [
        browser,
        *_arguments(mode, folder, port=port, spki=spki),
        f"--user-data-dir={folder}",
    ]
    command += ["--remote-debugging-port=0", "--no-default-browser-check", "about:blank"]
    command += ["--password-store=basic", "--disable-features=Translate"]
    environment = {**surroundings(browser), "DISPLAY": display}
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet)


def _arguments(mode: str, folder: Path, *, port: int, spki: str) -> list[str]:
    _prefer(folder, mode)
    arguments = [text.format(port=port, spki=spki) for text in _ALWAYS]
    if mode == "phaseout":
        arguments.append("--test-third-party-cookie-phaseout")
    return arguments


def _prefer(folder: Path, mode: str) -> None:
    """What a reader would choose in the settings; Debian's Chromium blocks by default."""
    blocks = mode == "blocked"
    (folder / "Default").mkdir(parents=True, exist_ok=True)
    profile = {"cookie_controls_mode": int(blocks), "block_third_party_cookies": blocks}
    (folder / "Default" / "Preferences").write_text(json.dumps({"profile": profile}))


def _features_switched_off() -> list[str]:
    """The features that Playwright switches off, as its own source lists them."""
    package = Path(playwright.__file__).parent / "driver" / "package" / "lib"
    for name in ("coreBundle.js", "server/chromium/chromiumSwitches.js"):
        source = package / name
        if not source.exists():
            continue
        found = re.search(r"disabledFeatures = [^\[]*\[(.*?)\]", source.read_text(), re.DOTALL)
        if found:
            return re.findall(r'^\s*"(\w+)"', found[1], re.MULTILINE)
    raise RuntimeError("Playwright no longer lists the features that it switches off here")
