"""Signatures are those of Standard Webhooks, by its published example."""

from __future__ import annotations

import base64

import pytest

from things.webhooks.signing import NotASecret, new_secret, sign

# https://github.com/standard-webhooks/standard-webhooks, the example of the reference libraries.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
UID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
TIMESTAMP = 1614265330
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


class TestSign:
    def test_gives_the_published_signature(self) -> None:
        headers = sign(uid=UID, timestamp=TIMESTAMP, body=BODY, signers=[SECRET])

        assert headers == {
            "webhook-id": UID,
            "webhook-timestamp": "1614265330",
            "webhook-signature": SIGNATURE,
        }

    def test_signs_with_each_secret(self) -> None:
        headers = sign(uid=UID, timestamp=TIMESTAMP, body=BODY, signers=[new_secret(), SECRET])

        first, second = headers["webhook-signature"].split()
        assert first.startswith("v1,")
        assert first != second == SIGNATURE

    def test_refuses_what_is_no_secret(self) -> None:
        with pytest.raises(NotASecret):
            sign(uid=UID, timestamp=TIMESTAMP, body=BODY, signers=["whsec_not base64"])


class TestNewSecret:
    def test_is_as_the_specification_asks(self) -> None:
        secret = new_secret()

        assert secret.startswith("whsec_")
        assert 24 <= len(base64.b64decode(secret.removeprefix("whsec_"))) <= 64
        assert secret != new_secret()
