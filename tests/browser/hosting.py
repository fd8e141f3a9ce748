"""Several sites over TLS on loopback: ours, and pages of others as the tests write them."""

from __future__ import annotations

import base64
import hashlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.cache import caches
from django.core.servers.basehttp import ThreadedWSGIServer

OURS = "obole.example"

_Start = Callable[..., Any]


@dataclass(frozen=True)
class Seen:
    """One request as the server saw it, and what the answer set."""

    host: str
    method: str
    path: str
    headers: dict[str, str]
    set_cookie: list[str]
    length: int
    status: int = 0
    body: bytes = b""

    @property
    def cookie(self) -> str:
        return self.headers.get("COOKIE", "")


@dataclass
class Page:
    """A page of somebody's site."""

    html: str
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str = "text/html; charset=utf-8"
    status: str = "200 OK"


class Internet:
    """All hosts of a test: one port, one certificate, and a record of what was asked."""

    def __init__(self, ours: Callable[..., Iterable[bytes]], folder: Path) -> None:
        self._ours = ours
        self._pages: dict[tuple[str, str], Page] = {}
        self.seen: list[Seen] = []
        self._answering = 0
        self._changed = threading.Condition()
        self.spki, context = _certificate(folder)
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.tls = context
        self._server.set_app(self)
        self._server.base_environ["HTTPS"] = "on"
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def publish(self, url: str, html: str = "", **page: Any) -> str:
        """Put a page at an address of somebody's."""
        _, _, rest = url.partition("://")
        host, _, path = rest.partition("/")
        self._pages[host, "/" + path] = Page(html, **page)
        return url

    def asked(self, start: str, *, host: str = OURS) -> list[Seen]:
        """What was asked of a host, where the path begins so."""
        return [seen for seen in self.seen if seen.host == host and seen.path.startswith(start)]

    def forget(self) -> None:
        self.seen.clear()
        self._pages.clear()

    def come_to_rest(self) -> None:
        """Wait until nothing is being answered: the next test has another database."""
        with self._changed:
            assert self._changed.wait_for(lambda: not self._answering, timeout=60)

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def __call__(self, environ: dict[str, Any], start: _Start) -> Iterable[bytes]:
        with self._one_more():
            return self._answer(environ, start)

    @contextmanager
    def _one_more(self) -> Iterator[None]:
        with self._changed:
            self._answering += 1
        try:
            yield
        finally:
            with self._changed:
                self._answering -= 1
                self._changed.notify_all()

    def _answer(self, environ: dict[str, Any], start: _Start) -> Iterable[bytes]:
        host = environ["HTTP_HOST"].partition(":")[0]
        cookies: list[str] = []
        statuses: list[int] = []
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)

        def started(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            statuses.append(int(status.split(maxsplit=1)[0]))
            cookies.extend(text for name, text in headers if name.lower() == "set-cookie")
            return start(status, headers, *rest)

        answer = self._ours if host == OURS else self._theirs
        chunks = answer(environ, started)
        try:
            answered = b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        seen = _seen(host, environ, cookies, len(answered))
        self.seen.append(replace(seen, status=statuses[-1], body=body))
        return [answered]

    def _theirs(self, environ: dict[str, Any], start: _Start) -> Iterable[bytes]:
        host = environ["HTTP_HOST"].partition(":")[0]
        page = self._pages.get((host, environ["PATH_INFO"]))
        if page is None:
            start("404 Not Found", [("Content-Length", "0")])
            return [b""]
        body = page.html.encode()
        headers = {"Content-Type": page.media_type, "Content-Length": str(len(body))}
        start(page.status, list((headers | page.headers).items()))
        return [body]


def _seen(host: str, environ: dict[str, Any], cookies: list[str], length: int) -> Seen:
    query = environ.get("QUERY_STRING", "")
    return Seen(
        host=host,
        method=environ["REQUEST_METHOD"],
        path=environ["PATH_INFO"] + (f"?{query}" if query else ""),
        headers={name[5:]: text for name, text in environ.items() if name.startswith("HTTP_")},
        set_cookie=cookies,
        length=length,
    )


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.0"

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""


class _Server(ThreadedWSGIServer):
    tls: ssl.SSLContext
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, connections_override=None, **more)

    def finish_request(self, request: socket.socket, address: Any) -> None:
        """TLS in the connection's own thread, so that a slow browser holds nobody up."""
        try:
            with self.tls.wrap_socket(request, server_side=True) as wrapped:
                super().finish_request(wrapped, address)
        except OSError:
            return  # The browser went away.
        finally:
            _hang_up()

    def handle_error(self, request: Any, address: Any) -> None:
        """Browsers open connections ahead and drop them."""


def _hang_up() -> None:
    """A thread's connections to Redis end with it; Django would leave that to chance."""
    for cache in caches.all(initialized_only=True):
        for pool in cache._cache._pools.values():
            pool.disconnect()


def _certificate(folder: Path) -> tuple[str, ssl.SSLContext]:
    """A certificate for all hosts, and the hash by which a browser is told to trust it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, OURS)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(OURS)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "certificate.pem"
    pem.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return base64.b64encode(hashlib.sha256(public).digest()).decode(), context
