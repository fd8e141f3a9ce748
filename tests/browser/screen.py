"""A screen of its own with a window manager, and hands on mouse and keyboard.

What a driver sends to a browser is not what a person does: a driven page always has the focus,
and a driven click knows no window above another. Here the X server sends the events.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import Self

TOOLS = ("Xvfb", "openbox", "xdotool")


class NoScreen(Exception):
    """What is needed is not on this machine."""


class Screen:
    """An X server without a monitor."""

    def __init__(self) -> None:
        missing = [tool for tool in TOOLS if not shutil.which(tool)]
        if missing:
            raise NoScreen(f"{', '.join(missing)} not on the path: no screen to click on")
        reading, writing = os.pipe()
        self._server = _start(
            "Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x900x24", fd=writing
        )
        os.close(writing)
        with os.fdopen(reading) as said:
            self.display = f":{said.readline().strip()}"
        self.environment = {**os.environ, "DISPLAY": self.display}
        self._manager = _start("openbox", environment=self.environment)

    def do(self, *words: object) -> Self:
        """Let `xdotool` do things one after the other, with exact pauses: `sleep 0.15`."""
        command = ["xdotool", *(str(word) for word in words)]
        subprocess.run(command, env=self.environment, check=True, timeout=60)
        return self

    def stop(self) -> None:
        for process in (self._manager, self._server):
            process.terminate()
            process.wait(20)


def _start(
    *command: str, fd: int | None = None, environment: dict[str, str] | None = None
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        env=environment,
        pass_fds=() if fd is None else (fd,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
