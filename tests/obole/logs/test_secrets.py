"""Nobody’s secrets are in the log: known ones go through the site, and are looked for."""

from __future__ import annotations

import base64
import io
import json
import logging
from collections.abc import Callable, Iterator
from mailbox import code_sent_to

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone
from elsewhere import Elsewhere, Page
from hypothesis import given
from hypothesis import strategies as st
from oauth2_provider.models import AccessToken, set_token_value
from people import PASSWORD, code_of, sign_in, signed_up, with_authenticator
from pytest_django import Settings
from stripe_site import WEBHOOK_SECRET, signed

from accounts.mail.choosing import unsubscribe_url
from accounts.mail.kinds import switchable_kinds
from accounts.mail.sending import send_due
from accounts.models import Application, User
from obole.logs import scrubbing
from obole.logs.faults import without_people
from obole.logs.formatting import JsonFormatter, LineFormatter
from obole.logs.scrubbing import GONE, scrub
from payments.payouts.details import Account, enter_details
from payments.payouts.models import Way
from things.partners.models import Partner
from things.webhooks.endpoints import add_endpoint
from things.webhooks.facts import note_fact
from things.webhooks.models import Event
from things.webhooks.sending import send_waiting

ADDRESS = "ada.lovelace@example.org"
TYPED_WRONG = "correct-horse-with-a-typo"
API_TOKEN = "Zk3vT0qLrXw8nB5yJh2sGd7fMc9aPe4u"
IBAN = "DE89370400440532013000"
log = logging.getLogger("tests.secrets")


@pytest.fixture
def written() -> Iterator[Callable[[], str]]:
    """All that was written, in both forms, with every library at DEBUG."""
    streams = [io.StringIO(), io.StringIO()]
    root = logging.getLogger()
    level = root.level
    handlers = [logging.StreamHandler(stream) for stream in streams]
    for handler, formatter in zip(handlers, (JsonFormatter(), LineFormatter()), strict=True):
        handler.setFormatter(formatter)
        root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lambda: "".join(stream.getvalue() for stream in streams)
    root.setLevel(level)
    for handler in handlers:
        root.removeHandler(handler)


def found_in(text: str, secrets: dict[str, str]) -> list[str]:
    """The names of the secrets that are in a text, whole or as a URL writes them."""
    return [
        name
        for name, secret in secrets.items()
        if secret in text or secret.replace("@", "%40") in text
    ]


class TestLog:
    def test_of_signing_up_and_in_has_no_secret(
        self, client: Client, db: None, written: Callable[[], str]
    ) -> None:
        form = {"email": ADDRESS, "username": "ada", "password1": PASSWORD}
        client.post("/sign-up/", form)
        code = code_sent_to(ADDRESS)
        client.post("/sign-up/code", {"code": "BCDF-GHJK"})
        client.post("/sign-up/code", {"code": code})
        session = client.cookies["session"].value
        client.get(f"/sign-in/?next=/&email={ADDRESS}&code={code}")
        client.post("/sign-out/")
        client.post("/sign-in/", {"login": ADDRESS, "password": TYPED_WRONG})
        client.post("/sign-in/reset", {"email": ADDRESS})
        reset = code_sent_to(ADDRESS)
        client.post("/sign-up/", form)

        secrets = {
            "address": ADDRESS,
            "password": PASSWORD,
            "wrong password": TYPED_WRONG,
            "code": code,
            "reset code": reset,
            "session": session,
        }
        assert "POST /sign-up/ 302" in written()
        assert found_in(written(), secrets) == []

    def test_of_factors_has_no_secret(self, db: None, written: Callable[[], str]) -> None:
        ada = signed_up("ada")
        secret = with_authenticator(ada)
        browser = Client()
        code = code_of(secret)

        browser.post("/sign-in/", {"login": "ada", "password": PASSWORD})
        browser.post("/sign-in/code", {"code": code})
        browser.post("/sign-in/second", {"code": code})

        assert found_in(written(), {"secret": secret, "password": PASSWORD}) == []

    def test_of_mail_has_no_secret(
        self, db: None, written: Callable[[], str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ada = User.objects.create_user("ada", ADDRESS, PASSWORD)
        link = unsubscribe_url(ada, next(iter(switchable_kinds())))

        def refuse(*_arguments: object, **_options: object) -> None:
            raise OSError(f"550 5.1.1 <{ADDRESS}>: no such mailbox, {link}")

        client = Client()
        client.post("/sign-in/reset", {"email": ADDRESS})
        monkeypatch.setattr(mail.EmailMultiAlternatives, "send", refuse)
        send_due(at=timezone.now())
        client.get(link.removeprefix(django_settings.SITE_URL))

        token = link.rpartition("/")[2] or link.split("/")[-2]
        assert found_in(written(), {"address": ADDRESS, "link": token}) == []

    def test_of_the_api_has_no_secret(
        self, db: None, written: Callable[[], str], settings: Settings
    ) -> None:
        settings.METRICS_TOKEN = "a-token-for-prometheus-1"
        ada = User.objects.create_user("ada", ADDRESS)
        application = Application.objects.create(
            name="Reader",
            user=ada,
            client_type="confidential",
            authorization_grant_type="authorization-code",
            redirect_uris="https://reader.example/",
        )
        token = AccessToken(
            user=ada, application=application, scope="flattr", expires=timezone.now()
        )
        set_token_value(token, API_TOKEN)
        token.save()
        secret = base64.b64encode(b"reader-client:very-secret-secret").decode()
        client = Client()

        client.get("/rest/v2/user", headers={"authorization": f"Bearer {API_TOKEN}"})
        client.get(f"/rest/v2/user?access_token={API_TOKEN}")
        client.post(
            "/oauth/token",
            {"code": "a-code-of-oauth-1234567890", "grant_type": "authorization_code"},
            headers={"authorization": f"Basic {secret}"},
        )
        client.get("/metrics", headers={"authorization": f"Bearer {settings.METRICS_TOKEN}"})

        secrets = {
            "token": API_TOKEN,
            "client secret": secret,
            "code": "a-code-of-oauth-1234567890",
            "metrics token": settings.METRICS_TOKEN,
        }
        assert found_in(written(), secrets) == []

    def test_of_money_has_no_account_number(
        self, db: None, written: Callable[[], str], settings: Settings
    ) -> None:
        settings.BANK_IBAN = IBAN
        ben = signed_up("ben")
        browser = sign_in(ben)
        browser.post("/settings/payout/", {"way": "sepa", "holder": "Ben Bell", "number": IBAN})
        enter_details(owner=ben, way=Way.SEPA, account=Account("Ben Bell", IBAN), at=timezone.now())
        log.error("paid to %s by 4111 1111 1111 1111", IBAN)

        assert found_in(written(), {"IBAN": IBAN, "card": "4111 1111 1111 1111"}) == []

    def test_of_stripes_events_has_no_secret(
        self, client: Client, db: None, written: Callable[[], str], settings: Settings
    ) -> None:
        settings.STRIPE_SECRET_KEY = "sk_test_4eC39HqLyjWDarjtT1zdp7dc"
        settings.STRIPE_WEBHOOK_SECRETS = [WEBHOOK_SECRET]
        event = {
            "id": "evt_1",
            "object": "event",
            "type": "payment_intent.succeeded",
            "livemode": False,
            "created": int(timezone.now().timestamp()),
            "data": {"object": {"id": "pi_1", "object": "payment_intent", "email": ADDRESS}},
        }
        body = json.dumps(event).encode()
        right = signed(body, secret=WEBHOOK_SECRET)

        client.post("/stripe/events", body, "application/json")
        client.post("/stripe/events", **right)

        signature = right["headers"]["Stripe-Signature"].rpartition("=")[2]
        assert "POST /stripe/events 400" in written()
        secrets = {"address": ADDRESS, "secret": WEBHOOK_SECRET, "signature": signature}
        assert found_in(written(), secrets | {"key": settings.STRIPE_SECRET_KEY}) == []

    def test_of_webhooks_to_partners_has_no_secret(
        self, db: None, written: Callable[[], str], elsewhere: Elsewhere
    ) -> None:
        paula = User.objects.create_user("paula", ADDRESS)
        partner = Partner.objects.create(user=paula, name="Blogs")
        address = "https://blogs.example/obole?key=a-key-of-the-partner"
        elsewhere.publish(address, Page("broken", status=500))
        endpoint, secret = add_endpoint(partner=partner, url=address, at=timezone.now())
        note_fact(
            partner=partner,
            event=Event.PENDING_CLICK_CREATE,
            fields={"email": ADDRESS},
            at=timezone.now(),
        )

        send_waiting(endpoint_id=endpoint.pk, at=timezone.now())

        [asked] = elsewhere.asked
        signature = dict(asked.headers)["webhook-signature"].removeprefix("v1,")
        secrets = {"address": ADDRESS, "secret": secret, "signature": signature}
        assert found_in(written(), secrets | {"key": "a-key-of-the-partner"}) == []

    def test_of_a_fault_has_no_secret(
        self, transactional_db: None, written: Callable[[], str]
    ) -> None:
        User.objects.create_user("ada", ADDRESS)
        try:
            User.objects.create_user("eve", ADDRESS)
        except IntegrityError:
            log.exception("cannot make %s", ADDRESS)

        assert "IntegrityError" in written()
        assert found_in(written(), {"address": ADDRESS}) == []

    def test_would_have_them_without_the_filter(
        self, client: Client, db: None, written: Callable[[], str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("obole.logs.formatting.scrub", lambda text: text)

        log.error("mail to %s, code %s", ADDRESS, "BCDF-GHJK")

        secrets = {"address": ADDRESS, "code": "BCDF-GHJK"}
        assert found_in(written(), secrets) == ["address", "code"]


class TestScrub:
    @pytest.mark.parametrize(
        ("text", "left"),
        [
            ("mail to ada@example.org failed", f"mail to {GONE} failed"),
            ("?email=ada%40example.org&page=2", f"?email={GONE}&page=2"),
            ("postgres://obole:hunter22@db/obole", f"postgres://{GONE}@db/obole"),
            ("Authorization: Bearer abc.def-ghi", f"Authorization: {GONE} {GONE}"),
            ("the code is BCDF-GHJK", f"the code is {GONE}"),
            ("Key (lower(email))=(ada) exists", f"Key (lower(email))={GONE} exists"),
            ('{"password": "a b", "page": 2}', f'{{"password": {GONE}, "page": 2}}'),
            ("sk_test_4eC39HqLyjWDarjtT1zdp7dc", GONE),
            ("to DE89 3704 0044 0532 0130 00 now", f"to {GONE} now"),
            ("session x7d8f9g0h1j2k3l4z5x6c7v8b9n0m1q2", f"session {GONE}"),
        ],
    )
    def test_takes_out(self, text: str, left: str) -> None:
        assert scrub(text) == left

    @pytest.mark.parametrize(
        "text",
        [
            "GET /thing/12/a-song-about-the-sea-in-2010 200",
            "Task payments.settlement.run_shard[8bc5e840-6cd7-4561-8b7a-8c64719a774a] received",
            "2010-09: 17 shards of “share out the budgets”",
            "2 migrations are not applied, such as ('payments', '0020_audits')",
            "/creators/ben/months/2010-09/",
            "amount 5000000 of EUR is more than 4999999",
        ],
    )
    def test_leaves(self, text: str) -> None:
        assert scrub(text) == text

    def test_takes_the_sites_own_secrets_out(self, settings: Settings) -> None:
        settings.SECRET_KEY = "tiny-words"
        scrubbing._secrets.cache_clear()

        assert scrub("it is tiny-words indeed") == f"it is {GONE} indeed"
        scrubbing._secrets.cache_clear()

    @given(st.text(max_size=300))
    def test_looks_only_at_lines_that_a_rule_may_change(self, text: str) -> None:
        changed = text
        for pattern, replacement in scrubbing._RULES:
            changed = pattern.sub(replacement, changed)

        assert changed == text or scrubbing._SUSPECT.search(text)


class TestSentry:
    def test_is_told_of_no_people(self) -> None:
        event = {
            "user": {"email": ADDRESS},
            "request": {"url": "https://obole.example/", "cookies": "session=1", "data": "x"},
            "exception": {"values": [{"type": "OSError", "value": f"no {ADDRESS}"}]},
            "breadcrumbs": [ADDRESS],
        }

        told = without_people(event, None)

        assert ADDRESS not in str(told)
        assert "session" not in str(told)
        assert told["exception"]["values"][0]["type"] == "OSError"
