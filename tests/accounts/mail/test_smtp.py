"""Mail over SMTP, to a server on this machine that can refuse, hang up and go away."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.core.mail import get_connection

from accounts.mail.kinds import Kind
from accounts.mail.models import Mail
from accounts.mail.queueing import queue_mail
from accounts.mail.sending import send_due
from accounts.models import User

CONTEXT = {
    "amount": 5_140_000,
    "currency": "EUR",
    "arrived_at": datetime(2010, 9, 9, tzinfo=UTC),
    "balance": 6_000_001,
    "free": 6_000_001,
}


class Conversation(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as it takes; `behaviour` of the server says what goes wrong."""

    server: Any

    def handle(self) -> None:
        self.say("220 here")
        while line := self.rfile.readline().decode().strip():
            verb = line.upper().split(" ")[0].split(":")[0]
            if verb == "DATA":
                if not self.take():
                    return
            elif verb == "QUIT":
                self.say("221 bye")
                return
            elif verb == "RCPT" and "refused@" in line:
                self.say("550 no such user")
            else:
                self.say("250 ok")

    def take(self) -> bool:
        self.say("354 go on")
        data = b""
        while (line := self.rfile.readline()) != b".\r\n":
            data += line
        self.server.taken.append(data)
        if self.server.behaviour == "hang up after taking":
            return False
        self.say("250 taken")
        return True

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.taken: list[bytes] = []
        self.behaviour = ""


@pytest.fixture
def server(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
    backend = "django.core.mail.backends.smtp.EmailBackend"
    monkeypatch.setattr("accounts.mail.sending.get_connection", lambda: get_connection(backend))
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def queue(address: str, key: str = "1") -> None:
    user = User.objects.create_user(f"u{key}", address, language="fr", display_name="Élise")
    queue_mail(to=user, kind=Kind.DEPOSIT_ARRIVED, context=CONTEXT, key=key)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.mark.django_db
class TestSmtp:
    def test_brings_text_and_html_whole(self, server: Server) -> None:
        queue("elise@example.org")

        send_due(at=now())

        [taken] = server.taken
        message = message_from_bytes(taken, policy=policy.default)
        text, html = message.iter_parts()  # type: ignore[attr-defined]
        assert message["To"] == "elise@example.org"
        assert message["Subject"].strip() == "5,14\xa0€ sont arrivés dans votre portefeuille"
        assert message["Auto-Submitted"] == "auto-generated"
        assert "Bonjour Élise," in text.get_content()
        assert "Bonjour Élise," in html.get_content()
        assert Mail.objects.get().state == Mail.State.SENT

    def test_gives_up_an_address_that_is_refused_and_sends_the_others(self, server: Server) -> None:
        queue("refused@example.org", "1")
        queue("elise@example.org", "2")

        send_due(at=now())

        states = dict(Mail.objects.values_list("key", "state"))
        assert states == {"1": Mail.State.GIVEN_UP, "2": Mail.State.SENT}
        assert "no such user" in Mail.objects.get(key="1").error

    def test_sends_again_under_the_same_id_where_the_answer_was_lost(self, server: Server) -> None:
        queue("elise@example.org")
        server.behaviour = "hang up after taking"
        send_due(at=now())
        server.behaviour = ""
        Mail.objects.update(due_at=now())

        send_due(at=now())

        first, second = (message_from_bytes(taken)["Message-ID"] for taken in server.taken)
        assert first == second
        assert Mail.objects.get().state == Mail.State.SENT

    def test_waits_for_a_server_that_is_away(self, server: Server, settings: Any) -> None:
        queue("elise@example.org", "1")
        queue("ada@example.org", "2")
        settings.EMAIL_PORT = 9  # nobody listens to `discard` on loopback

        send_due(at=now())

        waiting = Mail.objects.filter(state=Mail.State.WAITING, attempts=1)
        assert [mail.error.split(":")[0] for mail in waiting] == ["ConnectionRefusedError"] * 2
