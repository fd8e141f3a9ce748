"""The pages of partners: for those who speak for one, and nobody else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.privacy.leaving import CannotLeave, delete_account
from things.partners.models import Namespace, Partner
from things.webhooks.endpoints import add_endpoint, send_ping
from things.webhooks.models import Delivery, Endpoint

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)


@pytest.fixture
def paula(db: None) -> User:
    return User.objects.create_user("paula")


@pytest.fixture
def partner(paula: User) -> Partner:
    partner = Partner.objects.create(user=paula, name="<b>Blogs</b>")
    Namespace.objects.create(name="blogs", partner=partner)
    return partner


@pytest.fixture
def browser(client: Client, paula: User) -> Client:
    client.force_login(paula)
    return client


class TestPartnerPages:
    def test_show_a_secret_once(self, browser: Client, partner: Partner) -> None:
        shown = browser.post("/partner/", {"url": "https://blogs.example/x"}).content.decode()
        page = browser.get("/partner/").content.decode()

        assert "whsec_" in shown
        assert "whsec_" not in page
        assert "https://blogs.example/x" in page
        assert "partner:blogs:" in page
        assert "&lt;b&gt;Blogs" in page

    def test_say_what_an_address_must_be(self, browser: Client, partner: Partner) -> None:
        page = browser.post("/partner/", {"url": "http://blogs.example/x"}).content.decode()

        assert "https addresses on port 443" in page
        assert not Endpoint.objects.exists()

    def test_pause_resume_change_and_remove(self, browser: Client, partner: Partner) -> None:
        endpoint, secret = add_endpoint(partner=partner, url="https://blogs.example/x", at=NOON)
        change = f"/partner/messages/{endpoint.pk}/change/"
        browser.post(change, {"deed": "pause"})
        assert Endpoint.objects.get().state == Endpoint.State.PAUSED
        browser.post(change, {"deed": "resume"})
        assert Endpoint.objects.get().state == Endpoint.State.ACTIVE
        shown = browser.post(change, {"deed": "secret"}).content.decode()
        assert "whsec_" in shown
        assert secret not in shown
        browser.post(change, {"deed": "remove"})
        assert not Endpoint.objects.exists()

    def test_list_messages_with_a_fixed_number_of_queries(
        self, browser: Client, partner: Partner, django_assert_max_num_queries: Any
    ) -> None:
        endpoint, _ = add_endpoint(partner=partner, url="https://blogs.example/x", at=NOON)
        for _ in range(12):
            send_ping(partner, at=NOON)
        Delivery.objects.update(said="500 <script>alert(1)</script>", attempts=2)

        with django_assert_max_num_queries(12):
            page = browser.get(f"/partner/messages/{endpoint.pk}/").content.decode()

        assert page.count("&lt;script&gt;") == 12
        assert "<script>alert" not in page

    def test_send_a_message_again(self, browser: Client, partner: Partner) -> None:
        add_endpoint(partner=partner, url="https://blogs.example/x", at=NOON)
        browser.post("/partner/try/")
        delivery = Delivery.objects.get()
        Delivery.objects.update(state=Delivery.State.DELIVERED)

        browser.post(f"/partner/message/{delivery.pk}/again/")

        assert Delivery.objects.get().state == Delivery.State.WAITING

    def test_are_nobody_elses(self, client: Client, partner: Partner) -> None:
        endpoint, _ = add_endpoint(partner=partner, url="https://blogs.example/x", at=NOON)
        send_ping(partner, at=NOON)
        eve = User.objects.create_user("eve")
        client.force_login(eve)
        assert client.get("/partner/").status_code == 404
        assert "Your service" not in client.get("/settings/mail").content.decode()
        Partner.objects.create(user=eve, name="Others")

        assert client.get(f"/partner/messages/{endpoint.pk}/").status_code == 404
        again = f"/partner/message/{Delivery.objects.get().pk}/again/"
        assert client.post(again).status_code == 404
        assert "Your service" in client.get("/settings/mail").content.decode()

    def test_keep_who_speaks_for_a_service_from_leaving(
        self, paula: User, partner: Partner
    ) -> None:
        with pytest.raises(CannotLeave):
            delete_account(user=paula, at=NOON)
