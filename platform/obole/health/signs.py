"""Signs of life of the processes that answer no requests: workers and the clock.

Each touches a file in `OBOLE_HEARTBEAT_DIR`, where a container looks, and tells systemd where it
watches. A task that the clock sends and a worker runs leaves a mark in the cache: it shows that
clock, queue and workers work together.
"""

from __future__ import annotations

import os
import socket
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.cache import cache

MARK = "heartbeat"
# The clock sends the task three times a minute; after LATE seconds without, something is wrong.
LATE = 120


def show_life(name: str) -> None:
    """Touch the file `name`, and tell systemd that this process is well.

    Does nothing where neither is asked for.
    """
    if settings.HEARTBEAT_DIR:
        (Path(settings.HEARTBEAT_DIR) / name).touch()
    _tell_systemd(b"READY=1\nWATCHDOG=1")


def leave_mark(*, at: datetime) -> None:
    """Note in the cache that a worker ran a task of the clock's."""
    cache.set(MARK, at.timestamp(), timeout=7 * 86_400)


def seconds_since_mark(*, at: datetime) -> float | None:
    """How long ago a worker last ran a task of the clock's; None where nobody knows."""
    marked = cache.get(MARK)
    return None if marked is None else max(0.0, at.timestamp() - marked)


def _tell_systemd(message: bytes) -> None:
    """sd_notify(3): a datagram to the socket that the service manager names."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        # An abstract socket is written with an @.
        manager.connect("\0" + address[1:] if address.startswith("@") else address)
        manager.send(message)
