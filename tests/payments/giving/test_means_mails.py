"""Subscribers are told in good time that their wallet will not cover the next budget."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail as django_mail
from django.utils import timezone

from accounts.mail.choosing import switch_off
from accounts.mail.kinds import Kind
from accounts.mail.models import Mail
from accounts.mail.sending import send_due
from accounts.models import User
from payments.budgets.models import Plan
from payments.deposits.stripe.models import Refill
from payments.giving.means_mails import LEAD, queue_means_mails
from payments.ledger.models import LedgerAccount
from payments.money import MICROS
from things.models import Thing
from things.periods import Period

SEPTEMBER = Period(2010, 9)
LATE = SEPTEMBER.ends_at - timedelta(days=2)
Give = Callable[..., None]
PayIn = Callable[..., LedgerAccount]


@pytest.fixture
def giver(ada: User, song: Thing, give: Give) -> User:
    """Ada, whose 5 EUR are all held by September's budget."""
    User.objects.filter(pk=ada.pk).update(email="ada@example.org")
    give(ada, song, euros=5)
    return User.objects.get(pk=ada.pk)


class TestQueueMeansMails:
    def test_says_what_is_missing_and_until_when(self, giver: User, pay_in: PayIn) -> None:
        pay_in(giver, 2)

        queue_means_mails(at=LATE)
        send_due(at=timezone.now())

        [message] = django_mail.outbox
        assert message.subject == "€3.00 are missing for October 2010"
        assert "is €5.00, and €2.00 will be left in your wallet: €3.00" in message.body
        assert "before Oct. 1, 2010" in message.body
        assert "http://localhost:8000/giving/budget/" in message.body

    @pytest.mark.parametrize(
        ("euros", "changed", "told"),
        [
            (5, {}, []),
            (3, {}, ["€2.00 are missing for October 2010"]),
            (5, {"state": "paused"}, ["€5.00 are missing for October 2010"]),
            (5, {"next_on": date(2010, 10, 2)}, ["€5.00 are missing for October 2010"]),
            (5, {"currency": "USD"}, ["€5.00 are missing for October 2010"]),
        ],
        ids=["enough", "too little", "paused", "too late", "another currency"],
    )
    def test_counts_on_a_refill_that_comes_in_time(
        self, giver: User, euros: int, changed: dict[str, Any], told: list[str]
    ) -> None:
        said = {"currency": "EUR", "state": "working", "next_on": date(2010, 10, 1)} | changed
        Refill.objects.create(
            subscriber=giver, amount=euros * MICROS, day=1, consent="x", begun_at=LATE, **said
        )

        queue_means_mails(at=LATE)
        send_due(at=timezone.now())

        assert [message.subject for message in django_mail.outbox] == told

    def test_speaks_french(self, giver: User) -> None:
        User.objects.update(language="fr")

        queue_means_mails(at=LATE)
        send_due(at=timezone.now())

        [message] = django_mail.outbox
        assert message.subject == "Il manque 5,00\xa0€ pour octobre 2010"
        assert "avant le 1 octobre 2010" in message.body

    def test_says_it_once_a_month(self, giver: User) -> None:
        queue_means_mails(at=LATE)
        queue_means_mails(at=LATE + timedelta(days=1))

        assert [mail.key for mail in Mail.objects.all()] == [f"means_low:2010-10:{giver.pk}"]

    def test_says_nothing_early_in_the_month(self, giver: User) -> None:
        queue_means_mails(at=SEPTEMBER.ends_at - LEAD - timedelta(seconds=1))

        assert not Mail.objects.exists()

    def test_says_nothing_where_the_wallet_suffices(self, giver: User, pay_in: PayIn) -> None:
        pay_in(giver, 5)

        queue_means_mails(at=LATE)

        assert not Mail.objects.exists()

    def test_looks_at_the_wallet_of_the_plans_currency(self, giver: User, pay_in: PayIn) -> None:
        pay_in(giver, 9, currency="SEK")
        Plan.objects.update(currency="SEK")

        queue_means_mails(at=LATE)
        assert not Mail.objects.exists()

        Plan.objects.update(currency="USD")

        queue_means_mails(at=LATE)
        assert Mail.objects.get().context["free"] == 0

    @pytest.mark.parametrize("why", ["paused", "suspended", "no address", "switched off"])
    def test_leaves_alone(self, giver: User, why: str) -> None:
        if why == "paused":
            Plan.objects.update(paused=True)
        elif why == "suspended":
            User.objects.update(suspended=True)
        elif why == "no address":
            User.objects.update(email=None)
        else:
            switch_off(user=giver, kind=Kind.MEANS_LOW)

        queue_means_mails(at=LATE)

        assert not Mail.objects.exists()

    def test_leaves_alone_who_gives_nothing_this_month(self, giver: User) -> None:
        queue_means_mails(at=SEPTEMBER.next.ends_at - timedelta(days=1))

        assert not Mail.objects.exists()

    def test_takes_two_queries_for_many(
        self,
        giver: User,
        song: Thing,
        give: Give,
        monkeypatch: pytest.MonkeyPatch,
        django_assert_num_queries: Any,
    ) -> None:
        for number in range(5):
            give(User.objects.create_user(f"u{number}", f"u{number}@example.org"), song)
        monkeypatch.setattr("payments.giving.means_mails.CHUNK", 4)

        with django_assert_num_queries(2):
            assert queue_means_mails(at=LATE)
        assert not queue_means_mails(at=LATE)

        assert Mail.objects.count() == 6
