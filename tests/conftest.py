"""What all tests share."""

from __future__ import annotations

from obole.servers import start_missing


def pytest_configure() -> None:
    start_missing()
