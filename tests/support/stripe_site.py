"""Stripe, as far as it is needed: localstripe in a process of its own, spoken to over HTTP.

localstripe keeps the state and signs its own webhooks. In front of it stands what it lacks of
Stripe as documented: keys that make a repeated call one, refunds up to what was paid, the names of
parameters since version 2026-09-30, payments by customer, and events by several types. It also
plays the payer's browser, and fails where a test wants it to.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any

PUBLISHABLE, SECRET, WEBHOOK_SECRET = "pk_test_obole", "sk_test_obole", "whsec_obole"

GOOD = "4242424242424242"
ASKS_FIRST = "4000002500003155"
"""3-D Secure: the payer must confirm, then it pays."""
PAYS_NEVER = "4000000000000341"
"""Can be saved, and is then declined."""

_numbers = count(1)


class Stripe:
    """The process, and the front before it."""

    def __init__(self) -> None:
        self._behind = f"http://127.0.0.1:{_free_port()}"
        port = self._behind.rpartition(":")[2]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "localstripe", "--port", port, "--from-scratch"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._front = ThreadingHTTPServer(
            ("127.0.0.1", 0), type("Front", (_Front,), {"stripe": self})
        )
        self._front.daemon_threads = True
        self._thread = threading.Thread(target=self._front.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._front.server_address[1]}"
        self.reset()
        self._wait_until_it_answers()

    def reset(self) -> None:
        """Forget everything."""
        self.asked: list[tuple[str, str, str]] = []
        self.answers: dict[str, tuple[bytes, int, bytes]] = {}
        self.is_down = False
        self.loses_answers = 0

    def flush(self) -> None:
        """The same, in the process too."""
        self.reset()
        self.call("DELETE", "/_config/data")

    def stop(self) -> None:
        """End the process and the front."""
        self._front.shutdown()
        self._front.server_close()
        self._process.terminate()
        self._process.wait(10)

    # What tests ask and do

    def api(self, method: str, path: str, **fields: Any) -> Any:
        """Call localstripe itself, past the front."""
        body = urllib.parse.urlencode(_flat(fields)).encode() if fields else None
        status, answer = self.call(method, path, body)
        assert status == 200, (path, status, answer)
        return json.loads(answer)

    def pay(self, payment: str, card: str = GOOD, *, confirms: bool = True) -> str:
        """Pay as a payer's browser does, and return the payment's state."""
        method = self.card(card)
        self.api("POST", f"/v1/payment_intents/{payment}", payment_method=method)
        status, _ = self.call("POST", f"/v1/payment_intents/{payment}/confirm", b"")
        assert status in (200, 402)
        made = self.api("GET", f"/v1/payment_intents/{payment}")
        if made["status"] == "requires_action":
            self.call(
                "POST",
                f"/v1/payment_intents/{payment}/_authenticate",
                urllib.parse.urlencode(
                    {"client_secret": made["client_secret"], "success": str(confirms).lower()}
                ).encode(),
            )
        return str(self.api("GET", f"/v1/payment_intents/{payment}")["status"])

    def card(self, number: str = GOOD) -> str:
        """A card's number at Stripe."""
        made = self.api(
            "POST",
            "/v1/payment_methods",
            type="card",
            card={"number": number, "exp_month": "12", "exp_year": "2030", "cvc": "123"},
        )
        return str(made["id"])

    def events(self, kind: str = "") -> list[dict[str, Any]]:
        """What it told or would have told, oldest first."""
        told = self.api("GET", "/v1/events?limit=1000")["data"]
        return [event for event in told if event["type"].startswith(kind)]

    def send_webhooks_to(self, url: str) -> None:
        """Have its own webhooks, signed, sent to an address."""
        self.call(
            "POST",
            "/_config/webhooks/obole",
            json.dumps({"url": url, "secret": WEBHOOK_SECRET}).encode(),
            kind="application/json",
        )

    def paths(self, method: str = "POST") -> list[str]:
        """What it was asked by the site, in order."""
        return [path for asked, path, _ in self.asked if asked == method]

    def call(
        self, method: str, path: str, body: bytes | None = None, *, kind: str = ""
    ) -> tuple[int, bytes]:
        request = urllib.request.Request(self._behind + path, data=body, method=method)
        request.add_header("Authorization", "Basic " + b64encode(f"{SECRET}:".encode()).decode())
        request.add_header("Content-Type", kind or "application/x-www-form-urlencoded")
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read()

    def _wait_until_it_answers(self) -> None:
        until = time.monotonic() + 60
        while True:
            try:
                self.call("DELETE", "/_config/data")
            except OSError:
                assert self._process.poll() is None, "localstripe did not start"
                assert time.monotonic() < until, "localstripe does not answer"
                time.sleep(0.05)
            else:
                return


def signed(
    event: dict[str, Any] | bytes, *, secret: str = WEBHOOK_SECRET, at: int | None = None
) -> dict[str, Any]:
    """The arguments of a test client's `post` for an event that Stripe signed."""
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    moment = int(time.time()) if at is None else at
    mac = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return {
        "data": body,
        "content_type": "application/json",
        "headers": {"Stripe-Signature": f"t={moment},v1={mac}"},
    }


def event_of(
    kind: str, thing: dict[str, Any], *, number: str = "", at: int = 1_284_033_600
) -> dict[str, Any]:
    """An event in Stripe's documented form; by default of noon of 9 September 2010."""
    return {
        "id": number or f"evt_{next(_numbers)}",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": at,
        "type": kind,
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "data": {"object": thing},
    }


def payment_intent(
    number: str, *, amount: int = 1000, status: str = "succeeded", **more: Any
) -> dict[str, Any]:
    """https://docs.stripe.com/api/payment_intents/object, amount in cents."""
    received = amount if status == "succeeded" else 0
    return {
        "id": number,
        "object": "payment_intent",
        "amount": amount,
        "amount_received": received,
        "currency": "eur",
        "status": status,
        "created": 1_284_033_600,
        "customer": "cus_1",
        "latest_charge": f"ch_{number}",
        "livemode": False,
        "metadata": {},
        "payment_method_types": ["card"],
    } | more


def refund_object(number: str, payment: str, amount: int, **more: Any) -> dict[str, Any]:
    """https://docs.stripe.com/api/refunds/object, amount in cents."""
    return {
        "id": number,
        "object": "refund",
        "amount": amount,
        "balance_transaction": "txn_1",
        "charge": f"ch_{payment}",
        "created": 1_284_033_600,
        "currency": "eur",
        "metadata": {},
        "payment_intent": payment,
        "reason": None,
        "status": "succeeded",
    } | more


def dispute_object(number: str, payment: str, amount: int, **more: Any) -> dict[str, Any]:
    """https://docs.stripe.com/api/disputes/object, amount in cents."""
    return {
        "id": number,
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": f"ch_{payment}",
        "created": 1_284_033_600,
        "currency": "eur",
        "evidence": {"customer_name": "Ada", "customer_email_address": "ada@example.org"},
        "evidence_details": {"due_by": 1_284_638_400, "has_evidence": False},
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": payment,
        "reason": "fraudulent",
        "status": "needs_response",
    } | more


def charge_object(number: str, payment: str, amount: int, **more: Any) -> dict[str, Any]:
    """https://docs.stripe.com/api/charges/object, amount in cents."""
    return {
        "id": number,
        "object": "charge",
        "amount": amount,
        "amount_captured": amount,
        "amount_refunded": 0,
        "billing_details": {"email": "ada@example.org", "name": "Ada"},
        "created": 1_284_033_600,
        "currency": "eur",
        "customer": "cus_1",
        "paid": True,
        "payment_intent": payment,
        "status": "succeeded",
    } | more


class _Front(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    stripe: Stripe

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        fields = urllib.parse.parse_qsl(query)
        types = [value for name, value in fields if name.startswith("types")]
        rest = [(name, value) for name, value in fields if not name.startswith("types")]
        customer = dict(fields).get("customer")
        if path == "/v1/payment_intents":
            rest = [(name, value) for name, value in rest if name == "limit"]
        status, answer = self._passed("GET", f"{path}?{urllib.parse.urlencode(rest)}")
        if customer and path == "/v1/payment_intents":
            listed = json.loads(answer)
            listed["data"] = [one for one in listed["data"] if one["customer"] == customer]
            answer = json.dumps(listed).encode()
        if types and status == 200:
            listed = json.loads(answer)
            listed["data"] = [one for one in listed["data"] if one["type"] in types]
            answer = json.dumps(listed).encode()
        self._answer(status, answer)

    def do_DELETE(self) -> None:
        self._answer(*self._passed("DELETE", self.path))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        key = self.headers.get("Idempotency-Key", "")
        known = self.stripe.answers.get(key)
        if known is not None and known[0] != body:
            self._refuse(400, "Keys for idempotent requests can only be used with the same", "")
            return
        if known is not None:
            self._answer(*known[1:])
            return
        if refusal := self._refusal(body):
            self._refuse(400, *refusal)
            return
        status, answer = self._passed("POST", self.path, body)
        if status == 402:
            answer = self._with_payment(answer)
        if key and not self.stripe.is_down:
            self.stripe.answers[key] = (body, status, answer)
        self._answer(status, answer)

    def _passed(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        self.stripe.asked.append((method, path.rstrip("?"), (body or b"").decode()))
        if self.stripe.is_down:
            return 503, b'{"error": {"message": "down", "type": "api_error"}}'
        sent = (body or b"").replace(b"allowed_payment_method_types", b"payment_method_types")
        status, answer = self.stripe.call(method, path, sent if method == "POST" else None)
        if status == 404:
            answer = answer.replace(b'"error": {', b'"error": {"code": "resource_missing",')
        return status, answer

    def _refusal(self, body: bytes) -> tuple[str, str] | None:
        fields = dict(urllib.parse.parse_qsl(body.decode()))
        if any(name.startswith("payment_method_types") for name in fields):
            return "no longer supported", "payment_method_types_no_longer_supported"
        if self.path == "/v1/refunds" and "payment_intent" in fields and not self.stripe.is_down:
            return _too_much(self.stripe, fields)
        return None

    def _with_payment(self, answer: bytes) -> bytes:
        made = self.stripe.api("GET", "/v1/payment_intents?limit=1000")["data"]
        said = json.loads(answer)
        if re.fullmatch("/v1/payment_intents", self.path) and made:
            said["error"]["payment_intent"] = made[-1]
        return json.dumps(said).encode()

    def _refuse(self, status: int, message: str, code: str) -> None:
        error = {"type": "invalid_request_error", "message": message, "code": code}
        self._answer(status, json.dumps({"error": error}).encode())

    def _answer(self, status: int, answer: bytes) -> None:
        if self.stripe.loses_answers and self.command == "POST":
            self.stripe.loses_answers -= 1
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_words: object) -> None:
        pass


def _too_much(stripe: Stripe, fields: dict[str, str]) -> tuple[str, str] | None:
    status, answer = stripe.call("GET", f"/v1/payment_intents/{fields['payment_intent']}")
    if status != 200:
        return None
    charge = json.loads(answer)["latest_charge"]
    left = charge["amount"] - charge["amount_refunded"]
    if int(fields.get("amount", left)) > left:
        return "Refund amount is greater than unrefunded amount on charge", "charge_too_refunded"
    return None


def _flat(fields: dict[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in fields.items():
        whole = f"{prefix}[{name}]" if prefix else name
        flat |= _flat(value, whole) if isinstance(value, dict) else {whole: str(value)}
    return flat


def _free_port() -> int:
    with socket.socket(socket.AF_INET6) as free:
        free.bind(("::", 0))
        return int(free.getsockname()[1])
