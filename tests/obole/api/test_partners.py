"""The verify call, and what partners see of their messages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from allauth.account.models import EmailAddress

from accounts.models import Application, User
from payments.clicking.subjects import click_subject
from things.models import Thing
from things.partners.identifiers import name_of_address
from things.partners.models import Identifier, Namespace, Partner
from things.webhooks.models import Delivery, Endpoint

Api = Callable[..., Any]
NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
IDENTITY = "partner:blogs:42"


@pytest.fixture
def partner(ben: User, player: Application) -> Partner:
    """Ben speaks for the service whose application the player is."""
    partner = Partner.objects.create(user=ben, name="Blogs")
    Namespace.objects.create(name="blogs", partner=partner)
    return partner


@pytest.fixture
def waiting(ada: User, partner: Partner) -> Thing:
    query = f"owner={IDENTITY}&url=https://blogs.example/eve/tea&title=Tea"
    return click_subject(subscriber=ada, subject=query, at=NOON)[0]


class TestVerify:
    def test_takes_what_waits_by_the_application_of_the_partner(
        self, api: Api, eve: User, waiting: Thing
    ) -> None:
        answer = api(eve, "thing").post("/rest/v2/user/verify", {"identity": IDENTITY})

        waiting.refresh_from_db()
        assert (answer.status_code, answer.content) == (200, b"")
        assert waiting.owner == eve

    def test_takes_what_the_partner_says_of_who_let_it(
        self, api: Api, eve: User, ben: User, waiting: Thing, token_for: Any
    ) -> None:
        refused = api(ben).post("/rest/v2/users/eve/verify", {"identity": IDENTITY})
        token_for(eve, "thing")
        answer = api(ben).post("/rest/v2/users/eve/verify", {"identity": IDENTITY})

        waiting.refresh_from_db()
        assert (refused.status_code, answer.status_code) == (401, 200)
        assert waiting.owner == eve

    def test_refuses_who_does_not_speak_for_the_namespace(
        self, api: Api, ada: User, eve: User, ben: User, partner: Partner
    ) -> None:
        identity = {"identity": "partner:other:42"}

        assert api(eve).post("/rest/v2/user/verify", identity).status_code == 401
        assert api(ada).post("/rest/v2/users/ada/verify", {"identity": IDENTITY}).status_code == 401
        assert (
            api(ben, "thing")
            .post("/rest/v2/users/ben/verify", {"identity": IDENTITY})
            .json()["error"]
            == "insufficient_scope"
        )
        assert api().post("/rest/v2/user/verify", {"identity": IDENTITY}).status_code == 401
        assert not Identifier.objects.filter(owner__isnull=False).exists()

    def test_takes_a_confirmed_address_alone(self, api: Api, eve: User) -> None:
        identity = {"identity": name_of_address("eve@eve.example")}

        assert api(eve).post("/rest/v2/user/verify", identity).status_code == 401
        EmailAddress.objects.create(user=eve, email="eve@eve.example", verified=True)
        assert api(eve).post("/rest/v2/user/verify", identity).status_code == 200
        assert Identifier.objects.get().owner == eve

    @pytest.mark.parametrize("identity", ["", "twitter:user:id:7", "partner:blogs:a b"])
    def test_refuses_what_is_no_identity(self, api: Api, eve: User, identity: str) -> None:
        answer = api(eve).post("/rest/v2/user/verify", {"identity": identity})

        assert answer.json()["error"] == "invalid_parameters"

    def test_refuses_a_second_user(self, api: Api, ada: User, eve: User, waiting: Thing) -> None:
        api(eve).post("/rest/v2/user/verify", {"identity": IDENTITY})

        answer = api(ada).post("/rest/v2/user/verify", {"identity": IDENTITY})

        assert answer.status_code == 403


class TestEndpoints:
    def test_are_added_paused_and_removed(self, api: Api, ben: User, partner: Partner) -> None:
        made = api(ben).post("/rest/v2/partner/endpoints", {"url": "https://blogs.example/x"})
        number = made.json()["id"]
        paused = api(ben).patch(
            f"/rest/v2/partner/endpoints/{number}", {"state": "paused"}, "application/json"
        )
        listed = api(ben).get("partner/endpoints").json()
        changed = api(ben).post(f"/rest/v2/partner/endpoints/{number}/secret").json()
        removed = api(ben).delete(f"/rest/v2/partner/endpoints/{number}")

        assert made.status_code == 201
        assert made.json()["secret"].startswith("whsec_")
        assert paused.json()["state"] == "paused"
        assert "secret" not in listed[0]
        assert changed["secret"] not in {made.json()["secret"], ""}
        assert removed.status_code == 204
        assert not Endpoint.objects.exists()

    def test_refuse_what_messages_cannot_go_to(self, api: Api, ben: User, partner: Partner) -> None:
        answer = api(ben).post("/rest/v2/partner/endpoints", {"url": "http://blogs.example/"})

        assert answer.json()["error"] == "validation"

    def test_are_nobody_elses(self, api: Api, ben: User, eve: User, partner: Partner) -> None:
        made = api(ben).post("/rest/v2/partner/endpoints", {"url": "https://blogs.example/x"})
        Partner.objects.create(user=eve, name="Others")
        number = made.json()["id"]

        for path in (f"partner/endpoints/{number}", f"partner/endpoints/{number}/deliveries"):
            assert api(eve).get(path).status_code == 404
        assert api(eve).post(f"/rest/v2/partner/endpoints/{number}/secret").status_code == 404


class TestDeliveries:
    def test_are_listed_and_sent_again(
        self, api: Api, ada: User, ben: User, partner: Partner
    ) -> None:
        api(ben).post("/rest/v2/partner/endpoints", {"url": "https://blogs.example/x"})
        api(ben).post("/rest/v2/partner/ping")
        endpoint = Endpoint.objects.get()
        Delivery.objects.update(state=Delivery.State.DELIVERED, attempts=1, status=200)
        [listed] = api(ben).get(f"partner/endpoints/{endpoint.pk}/deliveries").json()
        again = api(ben).post(f"/rest/v2/partner/deliveries/{listed['id']}/again")

        assert (listed["event"], listed["number"], listed["state"]) == ("ping", 1, "delivered")
        assert again.status_code == 204
        assert Delivery.objects.get().state == Delivery.State.WAITING
        assert api(ada).get("partner/endpoints").json()["error"] == "forbidden"
