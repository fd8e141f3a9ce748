"""From where clicks come: digests that tell the same from another, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.test import RequestFactory
from pytest_django import Settings

from accounts.models import User
from payments.clicking.addresses import (
    KEY_LIFE,
    _key_of,
    digest_of_address,
    digest_of_sender,
    forget_addresses,
)
from payments.clicking.models import ClickAddress
from things.periods import Period

SEPTEMBER = Period(2010, 9)


@pytest.fixture(autouse=True)
def _no_key_held() -> None:
    _key_of.cache_clear()


class TestDigestOfAddress:
    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            ("192.0.2.1", "192.0.2.1", True),
            ("192.0.2.1", "192.0.2.2", False),
            ("192.0.2.1", "::ffff:192.0.2.1", True),
            ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", True),
            ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ],
    )
    def test_tells_one_household_from_another(self, one: str, other: str, same: bool) -> None:
        digests = [digest_of_address(text, period=SEPTEMBER) for text in (one, other)]

        assert (digests[0] == digests[1]) is same
        assert len(digests[0] or b"") == 16

    def test_is_another_in_another_month(self) -> None:
        months = (SEPTEMBER, SEPTEMBER.next)

        assert len({digest_of_address("192.0.2.1", period=month) for month in months}) == 2

    def test_cannot_be_made_again_without_the_months_key(self) -> None:
        before = digest_of_address("192.0.2.1", period=SEPTEMBER)
        cache.clear()
        _key_of.cache_clear()

        assert digest_of_address("192.0.2.1", period=SEPTEMBER) != before

    def test_is_nothing_for_what_is_no_address(self) -> None:
        assert digest_of_address("somewhere", period=SEPTEMBER) is None

    def test_keys_are_forgotten_by_themselves(self) -> None:
        digest_of_address("192.0.2.1", period=SEPTEMBER)

        redis = cache._cache.get_client()  # type: ignore[attr-defined]
        assert 0 < redis.ttl(cache.make_key("addresses:2010-09")) <= KEY_LIFE


class TestDigestOfSender:
    @pytest.mark.parametrize("proxies", [0, 1])
    @pytest.mark.parametrize(
        ("peer", "forwarded"),
        [
            ("192.0.2.1", None),
            ("192.0.2.1", "198.51.100.7"),
            ("10.0.0.1", "203.0.113.9, 198.51.100.7"),
            ("10.0.0.1", "198.51.100.7:4711"),
            ("10.0.0.1", "[2001:db8::1]:4711"),
            ("10.0.0.1", "forged, 2001:db8::1"),
        ],
    )
    def test_is_of_the_address_that_attempts_are_limited_by(
        self, peer: str, forwarded: str | None, proxies: int, settings: Settings
    ) -> None:
        settings.BEHIND_PROXY, settings.ALLAUTH_TRUSTED_PROXY_COUNT = bool(proxies), proxies
        headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
        request = RequestFactory().get("/", REMOTE_ADDR=peer, **headers)

        digest = digest_of_sender(request.META, at=datetime(2010, 9, 9, tzinfo=UTC))

        address = get_adapter().get_client_ip(request)
        assert digest == digest_of_address(address, period=SEPTEMBER)
        assert digest

    @pytest.mark.parametrize("peer", ["", "unix:", "[", "nobody.example"])
    def test_is_nothing_where_nobody_can_tell(self, peer: str) -> None:
        assert digest_of_sender({"REMOTE_ADDR": peer}, at=datetime(2010, 9, 9, tzinfo=UTC)) is None


class TestForgetAddresses:
    def test_keeps_the_running_month_and_the_last(self, ada: User) -> None:
        for month in ("2010-07", "2010-08", "2010-09"):
            ClickAddress.objects.create(subscriber=ada, period=month, digest=b"x")

        assert forget_addresses(at=datetime(2010, 9, 9, tzinfo=UTC)) == 1
        assert ClickAddress.objects.count() == 2
