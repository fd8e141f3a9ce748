"""Other people's sites, on loopback: names, addresses and servers as a test makes them up."""

from __future__ import annotations

import socket
import ssl
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from things.fetching.network import Network
from things.fetching.public import Address
from things.fetching.refusals import HostUnknown

# A public address; nothing is ever sent there.
SOMEWHERE = "93.184.215.14"

# Talks on a connection after the request has been read.
Handler = Callable[[socket.socket, bytes], None]


@dataclass
class Page:
    """An answer with a body."""

    body: str | bytes = ""
    media_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """A request as it came in."""

    host: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Elsewhere:
    """Names lead to addresses, addresses to one server on loopback, and paths to pages."""

    def __init__(self, folder: Path) -> None:
        self.names: dict[str, list[str]] = defaultdict(lambda: [SOMEWHERE])
        self.pages: dict[str, Page | Handler] = {}
        self.resolved: list[str] = []
        self.connected: list[tuple[str, int]] = []
        self.asked: list[Asked] = []
        self._folder = folder
        self._contexts: dict[tuple[str, ...], ssl.SSLContext] = {}
        self._certificate = _make_root(folder)
        self.certified: tuple[str, ...] = ()
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()
        trusting = ssl.create_default_context(cafile=str(folder / "root.pem"))
        self.texts: dict[str, list[str]] = {}
        self.network = Network(
            self._resolve,
            self._connect,
            texts=lambda host, _seconds: self.texts.get(host, []),
            tls=lambda: trusting,
        )

    def publish(self, url: str, page: Page | Handler | str = "") -> str:
        """Put a page, or somebody who talks, at an address."""
        self.pages[url] = Page(page) if isinstance(page, str) else page
        return url

    def redirect(self, url: str, to: str, status: int = 301) -> str:
        return self.publish(url, Page(status=status, headers={"Location": to}))

    def stop(self) -> None:
        self._listener.close()

    def _resolve(self, host: str, seconds: float) -> Sequence[Address]:
        self.resolved.append(host)
        found = self.names[host]
        if not found:
            raise HostUnknown(host)
        return [ip_address(address) for address in found]

    def _connect(self, address: Address, port: int, seconds: float) -> socket.socket:
        self.connected.append((str(address), port))
        connected = socket.create_connection(self._listener.getsockname()[:2], seconds)
        # The server is one for both: it is told in the first byte what the port was.
        connected.sendall(b"S" if port == 443 else b"P")
        return connected

    def _accept(self) -> None:
        while True:
            try:
                connected, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connected,), daemon=True).start()

    def _serve(self, connected: socket.socket) -> None:
        connected.settimeout(20)
        try:
            secure = connected.recv(1) == b"S"
            if secure:
                connected = self._secured(connected)
            request = _read_request(connected)
            asked = _parsed(request)
            self.asked.append(asked)
            url = f"{'https' if secure else 'http'}://{asked.host}{asked.path}"
            page = self.pages.get(url, Page(status=404))
            if isinstance(page, Page):
                _send(connected, page)
            else:
                page(connected, request)
        except OSError:
            pass  # The client went away, which is what many tests want to see.
        finally:
            connected.close()

    def _secured(self, connected: socket.socket) -> socket.socket:
        names: list[str] = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)

        def choose(_socket: object, name: str | None, chosen: ssl.SSLContext) -> None:
            names.append(name or "")
            certified = self.certified or (name or "nameless.example",)
            _socket.context = self._context(certified)  # type: ignore[attr-defined]

        context.sni_callback = choose
        context.load_cert_chain(self._folder / "root.pem", self._folder / "root.key")
        return context.wrap_socket(connected, server_side=True)

    def _context(self, names: tuple[str, ...]) -> ssl.SSLContext:
        if names not in self._contexts:
            chain = self._folder / f"{len(self._contexts)}.pem"
            chain.write_bytes(_issue(names, *self._certificate))
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(chain)
            self._contexts[names] = context
        return self._contexts[names]


def _read_request(connected: socket.socket) -> bytes:
    request = b""
    while b"\r\n\r\n" not in request:
        request += connected.recv(65536) or b"\r\n\r\n"
    head, _, body = request.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        body += connected.recv(65536)
    return head + b"\r\n\r\n" + body


def _parsed(request: bytes) -> Asked:
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    method, path, _ = first.split(" ")
    return Asked(headers["Host"], method, path, headers, body)


def _send(connected: socket.socket, page: Page) -> None:
    body = page.body.encode() if isinstance(page.body, str) else page.body
    headers = {"Content-Type": page.media_type, "Content-Length": str(len(body)), **page.headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    connected.sendall(f"HTTP/1.1 {page.status} Said\r\n{lines}\r\n".encode() + body)


def _make_root(folder: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A root of this test's own")])
    now = datetime.now(UTC)
    root = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "root.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
    (folder / "root.key").write_bytes(_pem(key))
    return root, key


def _issue(
    names: tuple[str, ...], root: x509.Certificate, root_key: ec.EllipticCurvePrivateKey
) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])]))
        .issuer_name(root.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False
        )
        .sign(root_key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM) + _pem(key)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
