"""Messages to partners: signed, in order, at least once, through the guarded door."""

from __future__ import annotations

import base64
import hashlib
import hmac
import socket
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
from at_once import at_once
from django.db import connection
from elsewhere import Elsewhere, Page

from accounts.mail.models import Mail
from accounts.mail.rendering import render_mail
from accounts.models import User
from things.partners.models import Partner
from things.tasks import send_webhooks
from things.webhooks import sending
from things.webhooks.endpoints import (
    EndpointRefused,
    add_endpoint,
    change_secret,
    drop_old_facts,
    pause_endpoint,
    resume_endpoint,
    send_again,
)
from things.webhooks.facts import note_fact
from things.webhooks.models import Delivery, Endpoint, Event, Fact
from things.webhooks.sending import LEASE, PATIENCE, due_endpoints, send_waiting, wait_after

# Certificates are checked by the real clock.
NOON = datetime.now(UTC).replace(microsecond=0)
THERE = "https://blogs.example/obole"


@pytest.fixture(autouse=True)
def clock(time_machine: Any) -> Any:
    time_machine.move_to(NOON, tick=False)
    return time_machine


@pytest.fixture
def partner(db: None) -> Partner:
    user = User.objects.create_user("paula", email="paula@blogs.example")
    return Partner.objects.create(user=user, name="Blogs")


@pytest.fixture
def endpoint(partner: Partner, elsewhere: Elsewhere) -> Endpoint:
    elsewhere.publish(THERE, Page("thanks", status=200))
    return add_endpoint(partner=partner, url=THERE, at=NOON)[0]


def happen(partner: Partner, number: int = 1, at: datetime = NOON) -> None:
    for _ in range(number):
        note_fact(partner=partner, event=Event.PENDING_CLICK_CREATE, fields={"thing_id": 7}, at=at)


def received(elsewhere: Elsewhere) -> list[dict[str, str]]:
    """What the partner read, in the order of its coming."""
    return [dict(parse_qsl(asked.body.decode())) for asked in elsewhere.asked]


def is_signed_by(asked: Any, secret: str) -> bool:
    """As a partner's library checks it."""
    headers = {name.lower(): text for name, text in asked.headers.items()}
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + asked.body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return f"v1,{wanted}" in headers["webhook-signature"].split()


class TestSendWaiting:
    def test_sends_in_order_and_signed(self, partner: Partner, elsewhere: Elsewhere) -> None:
        elsewhere.publish(THERE)
        endpoint, secret = add_endpoint(partner=partner, url=THERE, at=NOON)
        happen(partner, 3)

        arrived = send_waiting(endpoint_id=endpoint.pk, at=NOON)

        assert arrived == 3
        assert [message["_number"] for message in received(elsewhere)] == ["1", "2", "3"]
        assert received(elsewhere)[0]["_event"] == "pendingclickcreate"
        assert all(is_signed_by(asked, secret) for asked in elsewhere.asked)
        assert {asked.method for asked in elsewhere.asked} == {"POST"}
        [kind] = {asked.headers["Content-Type"] for asked in elsewhere.asked}
        assert kind == "application/x-www-form-urlencoded"
        assert not due_endpoints(at=NOON)
        assert Endpoint.objects.get().leased_until is None

    def test_keeps_no_secret_that_can_be_read(self, partner: Partner) -> None:
        endpoint, secret = add_endpoint(partner=partner, url=THERE, at=NOON)

        assert secret.encode() not in bytes(endpoint.secret)
        assert base64.b64decode(secret.removeprefix("whsec_")) not in bytes(endpoint.secret)

    def test_waits_behind_a_message_that_fails(
        self, partner: Partner, endpoint: Endpoint, elsewhere: Elsewhere, clock: Any
    ) -> None:
        elsewhere.publish(THERE, Page("broken", status=500))
        happen(partner, 2)

        assert send_waiting(endpoint_id=endpoint.pk, at=NOON) == 0
        assert send_waiting(endpoint_id=endpoint.pk, at=NOON) == 0
        elsewhere.publish(THERE, Page())
        clock.move_to(NOON + timedelta(seconds=10), tick=False)
        later = NOON + timedelta(seconds=10)
        assert send_waiting(endpoint_id=endpoint.pk, at=later) == 2

        assert [message["_number"] for message in received(elsewhere)] == ["1", "1", "2"]
        ids = [asked.headers["webhook-id"] for asked in elsewhere.asked]
        assert ids[0] == ids[1] != ids[2]
        endpoint.refresh_from_db()
        assert (endpoint.failures, endpoint.failing_since) == (0, None)

    @pytest.mark.parametrize("status", [301, 400, 404, 500])
    def test_takes_nothing_but_200_for_an_arrival(
        self, partner: Partner, endpoint: Endpoint, elsewhere: Elsewhere, status: int
    ) -> None:
        elsewhere.publish(THERE, Page(status=status, headers={"Location": "https://other.example"}))
        happen(partner)

        assert send_waiting(endpoint_id=endpoint.pk, at=NOON) == 0
        assert Delivery.objects.get().status == status
        assert len(elsewhere.asked) == 1

    def test_goes_through_the_guarded_door(
        self, partner: Partner, endpoint: Endpoint, elsewhere: Elsewhere
    ) -> None:
        elsewhere.names["blogs.example"] = ["10.0.0.7"]
        happen(partner)

        assert send_waiting(endpoint_id=endpoint.pk, at=NOON) == 0
        assert elsewhere.asked == []
        assert Delivery.objects.get().said.startswith("NotPublic")

    def test_sends_again_what_a_sender_that_died_had(
        self,
        partner: Partner,
        endpoint: Endpoint,
        elsewhere: Elsewhere,
        clock: Any,
        monkeypatch: Any,
    ) -> None:
        happen(partner)

        def die(*_: object, **__: object) -> bool:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(sending, "_note", die)
            with pytest.raises(KeyboardInterrupt):
                send_waiting(endpoint_id=endpoint.pk, at=NOON)
        soon, later = NOON + timedelta(seconds=30), NOON + LEASE
        assert send_waiting(endpoint_id=endpoint.pk, at=soon) == 0
        assert send_waiting(endpoint_id=endpoint.pk, at=later) == 1

        first, second = elsewhere.asked
        assert first.headers["webhook-id"] == second.headers["webhook-id"]
        assert first.body == second.body

    def test_waits_as_long_as_the_partner_asks(
        self, partner: Partner, endpoint: Endpoint, elsewhere: Elsewhere
    ) -> None:
        elsewhere.publish(THERE, Page(status=429, headers={"Retry-After": "3600"}))
        happen(partner)
        send_waiting(endpoint_id=endpoint.pk, at=NOON)

        endpoint.refresh_from_db()
        assert endpoint.next_at == NOON + timedelta(hours=1)

    @pytest.mark.parametrize("asked", ["-5", "٣", "99999999999999", "soon", "Thu, 01 Jan 2099"])
    def test_does_not_wait_for_ever(
        self, partner: Partner, endpoint: Endpoint, elsewhere: Elsewhere, asked: str
    ) -> None:
        def talk(connected: socket.socket, _request: bytes) -> None:
            head = f"HTTP/1.1 503 No\r\nRetry-After: {asked}\r\nContent-Length: 0\r\n\r\n"
            connected.sendall(head.encode())

        elsewhere.publish(THERE, talk)
        happen(partner)
        send_waiting(endpoint_id=endpoint.pk, at=NOON)

        endpoint.refresh_from_db()
        assert NOON < endpoint.next_at <= NOON + timedelta(days=1)

    def test_writes_down_what_a_host_said_without_what_deceives(
        self, partner: Partner, endpoint: Endpoint, elsewhere: Elsewhere
    ) -> None:
        elsewhere.publish(THERE, Page(b"<b>no\x00\xe2\x80\xae\n" + b"x" * 9999, status=400))
        happen(partner)
        send_waiting(endpoint_id=endpoint.pk, at=NOON)

        said = Delivery.objects.get().said
        assert said.startswith("400 <b>no  x")
        assert len(said) == 300


class TestPause:
    def test_comes_after_days_without_success_with_a_mail(
        self, partner: Partner, endpoint: Endpoint, elsewhere: Elsewhere, clock: Any
    ) -> None:
        elsewhere.publish(THERE, Page("away <b>", status=503))
        happen(partner)
        at, tries = NOON, 0
        while Endpoint.objects.get().state == Endpoint.State.ACTIVE:
            clock.move_to(at, tick=False)
            send_waiting(endpoint_id=endpoint.pk, at=at)
            at, tries = Endpoint.objects.get().next_at, tries + 1

        [mail] = Mail.objects.filter(kind="webhooks_paused")
        message = render_mail(mail)
        assert at - NOON >= PATIENCE
        assert 8 <= tries <= 14
        assert THERE in message.body
        assert "away &lt;b&gt;" in message.alternatives[0][0]
        assert not due_endpoints(at=at + timedelta(days=30))

    def test_comes_at_once_where_the_partner_wants_nothing_more(
        self, partner: Partner, endpoint: Endpoint, elsewhere: Elsewhere
    ) -> None:
        elsewhere.publish(THERE, Page(status=410))
        happen(partner)
        send_waiting(endpoint_id=endpoint.pk, at=NOON)

        assert Endpoint.objects.get().state == Endpoint.State.PAUSED

    def test_loses_nothing(
        self, partner: Partner, endpoint: Endpoint, elsewhere: Elsewhere
    ) -> None:
        pause_endpoint(endpoint)
        happen(partner, 2)
        assert send_waiting(endpoint_id=endpoint.pk, at=NOON) == 0
        resume_endpoint(endpoint, at=NOON)

        assert send_waiting(endpoint_id=endpoint.pk, at=NOON) == 2


class TestSecrets:
    def test_both_sign_for_a_day(self, partner: Partner, elsewhere: Elsewhere, clock: Any) -> None:
        elsewhere.publish(THERE)
        endpoint, former = add_endpoint(partner=partner, url=THERE, at=NOON)
        latter = change_secret(endpoint, at=NOON)
        happen(partner)
        send_waiting(endpoint_id=endpoint.pk, at=NOON)
        later = NOON + timedelta(days=1)
        clock.move_to(later, tick=False)
        happen(partner)
        send_waiting(endpoint_id=endpoint.pk, at=later)

        signed = [
            (is_signed_by(asked, former), is_signed_by(asked, latter)) for asked in elsewhere.asked
        ]
        assert signed == [(True, True), (False, True)]


class TestSendAgain:
    def test_sends_the_same(
        self, partner: Partner, endpoint: Endpoint, elsewhere: Elsewhere
    ) -> None:
        happen(partner)
        send_waiting(endpoint_id=endpoint.pk, at=NOON)
        send_again(Delivery.objects.get(), at=NOON)
        send_waiting(endpoint_id=endpoint.pk, at=NOON)

        first, second = elsewhere.asked
        assert (first.body, first.headers["webhook-id"]) == (
            second.body,
            second.headers["webhook-id"],
        )
        assert Delivery.objects.get().attempts == 2


class TestAddEndpoint:
    @pytest.mark.parametrize(
        "url",
        ["http://blogs.example/", "https://blogs.example:8443/", "ftp://blogs.example", "x", ""],
    )
    def test_takes_only_https_on_its_port(self, partner: Partner, url: str) -> None:
        with pytest.raises(EndpointRefused):
            add_endpoint(partner=partner, url=url, at=NOON)

    def test_takes_an_address_once_and_five_in_all(self, partner: Partner) -> None:
        for number in range(5):
            add_endpoint(partner=partner, url=f"{THERE}{number}", at=NOON)

        with pytest.raises(EndpointRefused):
            add_endpoint(partner=partner, url=f"{THERE}6", at=NOON)
        Endpoint.objects.first().delete()
        with pytest.raises(EndpointRefused):
            add_endpoint(partner=partner, url=f"{THERE}3", at=NOON)


class TestFacts:
    def test_of_three_months_ago_are_dropped(self, partner: Partner, endpoint: Endpoint) -> None:
        happen(partner)
        happen(partner, at=NOON + timedelta(days=50))

        assert drop_old_facts(at=NOON + timedelta(days=91)) == 1
        assert [fact.number for fact in Fact.objects.all()] == [2]


class TestWaits:
    def test_grow_to_a_day_with_some_chance(self) -> None:
        assert wait_after(1, chance=0) == timedelta(seconds=5)
        assert wait_after(2, chance=0.5) == timedelta(seconds=330)
        assert wait_after(99, chance=1) == timedelta(days=1.2)


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_senders_send_once(
        self, partner: Partner, endpoint: Endpoint, elsewhere: Elsewhere
    ) -> None:
        happen(partner, 5)

        def deed() -> int:
            return send_waiting(endpoint_id=endpoint.pk, at=NOON)

        arrived = at_once(deed, deed, deed)

        assert sum(arrived) == 5
        assert [message["_number"] for message in received(elsewhere)] == list("12345")

    def test_facts_are_numbered_without_gaps(self, partner: Partner, endpoint: Endpoint) -> None:
        at_once(*[lambda: happen(partner, 3)] * 4)

        numbers = list(Fact.objects.order_by("pk").values_list("number", flat=True))
        assert numbers == list(range(1, 13))

    def test_the_clock_finds_what_waits(
        self, partner: Partner, endpoint: Endpoint, elsewhere: Elsewhere, monkeypatch: Any
    ) -> None:
        sent: list[int] = []
        monkeypatch.setattr(
            "things.tasks.send_webhooks_of_endpoint.delay",
            lambda *, endpoint_id: sent.append(endpoint_id),
        )
        happen(partner)
        connection.close()

        assert send_webhooks() == 1
        assert sent == [endpoint.pk]
