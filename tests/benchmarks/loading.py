"""Many requests over kept connections, and how long each took."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

PROCESSES = 4

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")

# The method, the path, headers and the body.
Request = tuple[str, str, dict[str, str], str | None]
# The status, and the seconds until all was there.
Answers = list[tuple[int, float]]


def load(port: int, requests: Sequence[Request], connections: int) -> tuple[Answers, float]:
    """All requests, over so many kept connections, from some processes. And the seconds in all."""
    shares = [requests[number::PROCESSES] for number in range(PROCESSES)]
    with ProcessPoolExecutor(PROCESSES) as pool:
        list(pool.map(abs, range(PROCESSES)))
        begun = time.perf_counter()
        jobs = [pool.submit(_ask_all, port, share, connections // PROCESSES) for share in shares]
        answers = [answer for job in jobs for answer in job.result()]
        return answers, time.perf_counter() - begun


def _ask_all(port: int, requests: Sequence[Request], threads: int) -> Answers:
    """Over bare sockets: the standard library's client takes longer than a server's answer."""

    def ask(number: int) -> Answers:
        mine = [_written(port, *request) for request in requests[number::threads]]
        answers = []
        with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
            for request in mine:
                begun = time.perf_counter()
                connection.sendall(request)
                status = _status_of_answer(connection)
                answers.append((status, time.perf_counter() - begun))
        return answers

    with ThreadPoolExecutor(threads) as pool:
        return [answer for some in pool.map(ask, range(threads)) for answer in some]


def _written(port: int, method: str, path: str, headers: dict[str, str], body: str | None) -> bytes:
    known = {"Host": f"localhost:{port}", **headers}
    if body is not None:
        known["Content-Length"] = str(len(body))
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {text}" for name, text in known.items())]
    return ("\r\n".join(lines) + "\r\n\r\n" + (body or "")).encode()


def _status_of_answer(connection: socket.socket) -> int:
    """Read a whole answer. It says how long it is, or comes in chunks; a 304 has no body."""
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += _received(connection)
    head, _, body = answer.partition(b"\r\n\r\n")
    status, length = int(head[9:12]), _LENGTH.search(head)
    if status != 304 and length:
        while len(body) < int(length[1]):
            body += _received(connection)
    elif status != 304:
        while not body.endswith(b"0\r\n\r\n"):
            body += _received(connection)
    return status


def _received(connection: socket.socket) -> bytes:
    part = connection.recv(65536)
    if not part:
        raise ConnectionError("the server hung up")
    return part
