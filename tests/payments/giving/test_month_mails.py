"""Mails to the givers and creators of a settled month: each once, whatever dies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from at_once import at_once
from django.core import mail as django_mail

from accounts.mail.choosing import switch_off
from accounts.mail.kinds import Kind
from accounts.mail.models import Mail
from accounts.mail.sending import send_due
from accounts.models import User
from payments.giving import month_mails
from payments.giving.models import MonthMails
from payments.giving.month_mails import months_to_mail, queue_month_mails
from payments.giving.tasks import mail_settled_months
from payments.settlement.crediting import credit_creators
from payments.settlement.models import Settlement
from things.models import Thing
from things.periods import Period

SEPTEMBER = Period(2010, 9)
SOON = SEPTEMBER.ends_at + timedelta(hours=1)
Give = Callable[..., None]
Settle = Callable[..., Settlement]


@pytest.fixture
def settled(ada: User, ben: User, give: Give, settle: Settle, time_machine: Any) -> Settlement:
    """September 2010, settled on the first of October: Ada gave Ben 5 EUR for seven songs."""
    User.objects.filter(pk=ada.pk).update(email="ada@example.org")
    User.objects.filter(pk=ben.pk).update(email="ben@example.org")
    songs = [
        Thing.objects.create(url=f"https://ben.example/{n}", owner=ben, title=f"Song <{n}>")
        for n in range(7)
    ]
    time_machine.move_to(SOON, tick=False)
    give(ada, *songs, euros=5)
    return settle()


def queue_all(settlement: Settlement) -> int:
    """Queue all mails; returns in how many transactions."""
    turns = 1
    while queue_month_mails(settlement=settlement, at=SOON):
        turns += 1
    return turns


def sent() -> dict[str, Any]:
    send_due(at=datetime.now(UTC))
    return {message.to[0]: message for message in django_mail.outbox}


class TestQueueMonthMails:
    def test_tells_givers_the_first_lines_of_their_statement(self, settled: Settlement) -> None:
        queue_all(settled)

        message = sent()["ada@example.org"]
        [(html, _)] = message.alternatives
        assert message.subject == "You gave €5.00 in September 2010"
        assert "Budget: €5.00\nClicks: 7\nEach click: €0.714285\nGiven: €4.999995" in message.body
        assert "Remainder: €0.000005\n" in message.body
        assert message.body.count("* Song <") == 5
        assert "* and 2 more\n" in message.body
        assert "http://localhost:8000/giving/2010-09/" in message.body
        assert html.count("<li>Song &lt;") == 5
        assert 'href="http://localhost:8000/giving/2010-09/"' in html

    def test_tells_creators_what_they_earned(self, settled: Settlement) -> None:
        queue_all(settled)

        message = sent()["ben@example.org"]
        [(html, _)] = message.alternatives
        assert message.subject == "You earned €4.50 in September 2010"
        assert "Gross: €4.999995\nFee: €0.499999\nNet: €4.499996\n" in message.body
        assert message.body.count("* Song <") == 5
        assert "http://localhost:8000/creators/ben/months/2010-09/" in message.body
        assert "€4.499996" in html

    def test_speaks_french(self, settled: Settlement) -> None:
        User.objects.update(language="fr")
        queue_all(settled)

        to_ada, to_ben = sent()["ada@example.org"], sent()["ben@example.org"]

        assert to_ada.subject == "Vous avez donné 5,00\xa0€ en septembre 2010"
        assert "Chaque clic\xa0: 0,714285\xa0€" in to_ada.body
        assert "* et 2 autres\n" in to_ada.body
        assert to_ben.subject == "Vous avez reçu 4,50\xa0€ en septembre 2010"
        assert "Net\xa0: 4,499996\xa0€" in to_ben.body

    def test_says_that_a_budget_without_clicks_stays(
        self, ada: User, song: Thing, give: Give, settle: Settle, time_machine: Any
    ) -> None:
        User.objects.filter(pk=ada.pk).update(email="ada@example.org")
        Thing.objects.update(state=Thing.State.ACTIVE)
        give(ada, song)
        Thing.objects.update(state=Thing.State.SUSPENDED)
        time_machine.move_to(SOON, tick=False)
        queue_all(settle())

        message = sent()["ada@example.org"]

        assert message.subject == "September 2010: your budget stays in your wallet"
        assert "No click counted" in message.body
        assert "* A song" not in message.body

    def test_writes_to_nobody_twice(self, settled: Settlement) -> None:
        queue_all(settled)
        credit_creators(period=SEPTEMBER)
        MonthMails.objects.update(queued_at=None, givers_to=0, creators_to=0)

        queue_all(settled)

        assert sorted(Mail.objects.values_list("key", flat=True)) == sorted(
            [
                f"month_earned:2010-09:{User.objects.get(username='ben').pk}",
                f"month_given:2010-09:{User.objects.get(username='ada').pk}",
            ]
        )

    def test_goes_on_where_it_died(
        self, settled: Settlement, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def die(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(MonthMails, "save", die)
            with pytest.raises(KeyboardInterrupt):
                queue_month_mails(settlement=settled, at=SOON)
        assert not Mail.objects.exists()

        queue_all(settled)

        assert Mail.objects.count() == 2

    def test_passes_over_who_has_no_address_or_wants_none(self, settled: Settlement) -> None:
        User.objects.filter(username="ada").update(email=None)
        switch_off(user=User.objects.get(username="ben"), kind=Kind.MONTH_EARNED)

        queue_all(settled)

        assert not Mail.objects.exists()

    def test_takes_the_same_queries_for_many(
        self,
        ben: User,
        song: Thing,
        give: Give,
        settle: Settle,
        time_machine: Any,
        monkeypatch: pytest.MonkeyPatch,
        django_assert_num_queries: Any,
    ) -> None:
        for number in range(7):
            giver = User.objects.create_user(f"u{number}", f"u{number}@example.org")
            give(giver, song)
        time_machine.move_to(SOON, tick=False)
        settlement = settle()
        MonthMails.objects.create(settlement=settlement)
        monkeypatch.setattr(month_mails, "CHUNK", 5)

        # The month's row, its lock, the givers, their things, the mails, how far it came; and
        # the savepoints of a transaction inside a test.
        with django_assert_num_queries(8):
            queue_month_mails(settlement=settlement, at=SOON)

        assert Mail.objects.count() == 5
        assert queue_all(settlement) == 2
        assert Mail.objects.count() == 7


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_queue_each_mail_once(
        self, ben: User, song: Thing, give: Give, settle: Settle, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for number in range(12):
            give(User.objects.create_user(f"u{number}", f"u{number}@example.org"), song)
        settlement = settle()
        monkeypatch.setattr(month_mails, "CHUNK", 2)

        faults = at_once(*[lambda: queue_all(settlement)] * 3)
        queue_all(settlement)

        assert all(isinstance(turns, int) for turns in faults), faults
        assert Mail.objects.count() == 12
        assert MonthMails.objects.get().queued_at == SOON


class TestMonthsToMail:
    def test_are_those_whose_mails_are_not_all_queued(self, settled: Settlement) -> None:
        assert months_to_mail(at=SOON) == [settled]

        queue_all(settled)

        assert months_to_mail(at=SOON) == []

    def test_are_not_those_that_were_imported_years_later(
        self, ada: User, song: Thing, give: Give, settle: Settle
    ) -> None:
        give(ada, song)
        settle()

        assert months_to_mail(at=datetime.now(UTC)) == []

    def test_are_not_those_that_are_not_settled(self, ada: User, song: Thing, give: Give) -> None:
        give(ada, song)

        assert months_to_mail(at=SOON) == []


class TestMailSettledMonths:
    def test_queues_all(self, settled: Settlement) -> None:
        mail_settled_months()
        mail_settled_months()

        assert Mail.objects.count() == 2
        assert MonthMails.objects.get().queued_at == SOON
