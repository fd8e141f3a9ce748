"""Operators admit partners and give them namespaces."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from things.partners.models import Namespace, Partner


@pytest.fixture
def olga(client: Client, db: None) -> User:
    olga = User.objects.create_superuser("olga")
    client.force_login(olga)
    return olga


def form(user: User, namespace: str) -> dict[str, object]:
    return {
        "user": user.pk,
        "name": "Blogs",
        "claim_page": "blogs.example/me",
        "active": "on",
        "namespaces-TOTAL_FORMS": 1,
        "namespaces-INITIAL_FORMS": 0,
        "namespaces-0-name": namespace,
    }


class TestPartnerAdmin:
    def test_admits_one_with_a_namespace(self, client: Client, olga: User) -> None:
        paula = User.objects.create_user("paula")

        answer = client.post("/admin/things/partner/add/", form(paula, "blogs"))

        assert answer.status_code == 302
        partner = Partner.objects.get()
        assert (partner.user, partner.claim_page) == (paula, "https://blogs.example/me")
        assert Namespace.objects.get().name == "blogs"
        page = client.get(f"/admin/things/partner/{partner.pk}/change/")
        assert page.status_code == 200

    @pytest.mark.parametrize("name", ["Blogs", "a b", "-a", "a:b", "é"])
    def test_refuses_what_is_no_namespace(self, client: Client, olga: User, name: str) -> None:
        paula = User.objects.create_user("paula")

        answer = client.post("/admin/things/partner/add/", form(paula, name))

        assert answer.status_code == 200
        assert not Partner.objects.exists()
