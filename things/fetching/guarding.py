"""The guard between the HTTP client and the network: who is connected to, how long, how much.

Note [The address that was checked]. The client hands the guard a name. The guard asks once where
the name is, checks every address it got, and connects to one of those, by number. Nothing looks
the name up again between check and connection, so a name server that answers differently the
second time (DNS rebinding) is never asked a second time.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from ipaddress import ip_address
from socket import socket
from typing import Any, TypeVar

import httpcore
from django.conf import settings

from things.fetching.network import Network
from things.fetching.public import Address, is_public
from things.fetching.refusals import HostUnknown, NotPublic, TooLarge, TooSlow, Unreachable

Result = TypeVar("Result")

# So many addresses of one host are tried.
MOST_ADDRESSES = 4


class Deadline:
    """A moment that everything must be done by."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """The seconds that are left, more than 0. Raises TooSlow if there are none."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise TooSlow("the deadline has passed")
        return left


class Guard(httpcore.NetworkBackend):
    """Connects to public addresses only, until a deadline, and reads so many bytes in all."""

    def __init__(self, network: Network, deadline: Deadline, most_bytes: int) -> None:
        self._network = network
        self._deadline = deadline
        self._most_bytes = most_bytes

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Raises NotPublic, HostUnknown, TooSlow or Unreachable. See the note above."""
        failure: OSError | None = None
        for address in self._addresses(host)[:MOST_ADDRESSES]:
            try:
                connected = self._network.connect(address, port, self._deadline.left)
            except OSError as refusal:
                failure = refusal
            else:
                return _Stream(connected, self._deadline, self._most_bytes)
        raise Unreachable(f"{host}: {failure}") from failure

    def connect_unix_socket(self, path: str, *_: Any, **__: Any) -> httpcore.NetworkStream:
        """Never."""
        raise NotPublic(path)

    def sleep(self, seconds: float) -> None:
        """Only the client's retries would, and there are none."""

    def _addresses(self, host: str) -> Sequence[Address]:
        """The addresses of a host; one that is not public spoils them all."""
        addresses = self._looked_up(host)
        for address in addresses:
            if not is_public(address, besides=settings.PRIVATE_NETWORKS):
                raise NotPublic(f"{host} is {address}")
        if not addresses:
            raise HostUnknown(f"{host} has no address")
        return addresses

    def _looked_up(self, host: str) -> Sequence[Address]:
        try:
            return [ip_address(host.strip("[]"))]
        except ValueError:
            if "." not in host:
                raise NotPublic(f"{host} is a name of this network's own") from None
            return self._network.resolve(host, self._deadline.left)


class _Stream(httpcore.NetworkStream):
    """A connection on which nothing lasts beyond the deadline, and nobody sends without end."""

    def __init__(self, connected: socket, deadline: Deadline, most_bytes: int) -> None:
        self._socket = connected
        self._deadline = deadline
        self._left = most_bytes

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Raises TooLarge when the bytes that may come are used up, TooSlow past the deadline."""
        if self._left <= 0:
            raise TooLarge("the answer does not end")
        received = self._patiently(partial(self._socket.recv, max_bytes))
        self._left -= len(received)
        return received

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Raises TooSlow past the deadline."""
        while buffer:
            sent = self._patiently(partial(self._socket.send, buffer))
            buffer = buffer[sent:]

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Raises Unreachable if the host does not prove its name."""

        def shake_hands() -> ssl.SSLSocket:
            return ssl_context.wrap_socket(self._socket, server_hostname=server_hostname)

        try:
            return _Stream(self._patiently(shake_hands), self._deadline, self._left)
        except BaseException:
            self._socket.close()
            raise

    def close(self) -> None:
        """End the connection."""
        self._socket.close()

    def get_extra_info(self, info: str) -> Any:
        """Nothing is said: the client only asks whether HTTP/2 was agreed on."""
        return None

    def _patiently(self, act: Callable[[], Result]) -> Result:
        self._socket.settimeout(self._deadline.left)
        try:
            return act()
        except TimeoutError as refusal:
            raise TooSlow("the host stopped in the middle") from refusal
        except OSError as refusal:
            raise Unreachable(str(refusal)) from refusal
