"""A browser's window on a screen: what one sees there, and where; Chromium or Firefox."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol
from urllib.request import urlopen

import websocket
from conftest import SITE, session_cookie
from selenium.webdriver import Firefox

from accounts.models import User


class Window(Protocol):
    """The first window of a browser."""

    def go(self, url: str) -> None:
        """Show a page."""

    def run(self, expression: str) -> Any:
        """The value of an expression in the page."""

    def sign_in(self, user: User) -> None:
        """Give the browser a user's session."""

    def count(self) -> int:
        """How many windows are open."""

    def wait(self, seconds: float) -> None:
        """Let time go by while the browser goes on."""


def place(window: Window, selector: str) -> tuple[int, int]:
    """Where the middle of an element is on the screen, in pixels."""
    x, y = window.run(
        f"""(() => {{
        const r = document.querySelector({selector!r}).getBoundingClientRect(), edge = (outerWidth - innerWidth) / 2,
        left = window.mozInnerScreenX ?? screenX + edge, top = window.mozInnerScreenY ?? screenY + outerHeight - innerHeight - edge;
        return [left + r.x + r.width / 2, top + r.y + r.height / 2] }})()"""
    )
    return round(x), round(y)


class ChromiumWindow:
    """Chromium, asked and told over its own protocol: a tool would say that it has the focus."""

    def __init__(self, folder: Path) -> None:
        self._address = _address(folder)
        (page,) = self._pages()
        self._socket = websocket.create_connection(
            page["webSocketDebuggerUrl"], suppress_origin=True, timeout=30
        )
        self._number = 0

    def go(self, url: str) -> None:
        self._tell("Page.navigate", url=url)
        loaded = f"document.readyState == 'complete' && location.href == {url!r}"
        for _ in range(300):
            if self.run(loaded):
                return
            self.wait(0.1)
        raise TimeoutError(url)

    def run(self, expression: str) -> Any:
        answer = self._tell("Runtime.evaluate", expression=expression, returnByValue=True)
        return answer["result"].get("value")

    def sign_in(self, user: User) -> None:
        self._tell("Network.setCookie", url=SITE, **session_cookie(user))

    def count(self) -> int:
        return len(self._pages())

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)

    def close(self) -> None:
        self._tell("Browser.close")
        self._socket.close()

    def _pages(self) -> list[dict[str, str]]:
        with urlopen(f"{self._address}/json/list", timeout=30) as answer:
            return [target for target in json.load(answer) if target["type"] == "page"]

    def _tell(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        self._socket.send(json.dumps(message))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") == self._number:
                return dict(answer.get("result", {}))


def _address(folder: Path) -> str:
    """Where a starting browser is asked, once it says so and has a page."""
    for _ in range(300):
        time.sleep(0.1)
        with suppress(OSError, IndexError):
            address = f"http://127.0.0.1:{(folder / 'DevToolsActivePort').read_text().split()[0]}"
            with urlopen(f"{address}/json/list", timeout=5) as answer:
                if any(target["type"] == "page" for target in json.load(answer)):
                    return address
    raise TimeoutError("Chromium did not start")


class FirefoxWindow:
    """Firefox, started on the screen."""

    def __init__(self, browser: Firefox) -> None:
        self._browser = browser
        self._first = browser.window_handles[0]

    def go(self, url: str) -> None:
        self._browser.switch_to.window(self._first)
        self._browser.get(url)

    def run(self, expression: str) -> Any:
        return self._browser.execute_script(f"return {expression}")

    def sign_in(self, user: User) -> None:
        self.go(f"{SITE}/robots.txt")
        self._browser.add_cookie(session_cookie(user))

    def count(self) -> int:
        return len(self._browser.window_handles)

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)
