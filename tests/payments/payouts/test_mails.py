"""What creators are told by mail of their payouts, once, in their language."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from accounts.mail.models import Mail
from accounts.mail.rendering import render_mail
from accounts.models import User
from payments.payouts.batching import mark_sent
from payments.payouts.details import end_details
from payments.payouts.models import Payout, PayoutBatch, PayoutDetails
from payments.payouts.outcomes import mark_paid, mark_returned
from payments.payouts.requesting import refuse_payout

LATER = datetime(2010, 10, 12, tzinfo=UTC)


@pytest.fixture
def ben(ben: User) -> User:
    ben.email = "ben@ben.example"
    ben.language = "fr"
    ben.save()
    return ben


def told(kind: str) -> str:
    """The text of the one mail of a kind."""
    message = render_mail(Mail.objects.get(kind=kind))
    return f"{message.subject}\n{message.body}"


class TestMails:
    def test_of_a_payout_that_is_paid(
        self, ben: User, approved: PayoutBatch, payout: Payout
    ) -> None:
        mark_paid(payout_id=payout.pk, at=LATER)
        mark_paid(payout_id=payout.pk, at=LATER)

        text = told("payout_paid")
        assert "20,00\N{NO-BREAK SPACE}€" in text
        assert "DE89 … 3000" in text

    def test_of_a_payout_that_is_on_its_way(
        self, ben: User, approved: PayoutBatch, payout: Payout, olga: User
    ) -> None:
        mark_sent(batch_id=approved.pk, by=olga, at=LATER)

        text = told("payout_sent")
        assert "20,00\N{NO-BREAK SPACE}€ sont en route" in text
        assert "DE89 … 3000" in text

    def test_of_a_payout_whose_file_nobody_marked_as_sent(
        self, ben: User, approved: PayoutBatch, payout: Payout
    ) -> None:
        mark_paid(payout_id=payout.pk, at=LATER)

        assert not Mail.objects.filter(kind="payout_sent").exists()

    def test_of_a_payout_that_came_back(
        self, ben: User, approved: PayoutBatch, payout: Payout
    ) -> None:
        mark_returned(payout_id=payout.pk, at=LATER, note="AC04 closed")

        assert "AC04 closed" in told("payout_returned")

    def test_of_a_payout_that_was_refused(self, ben: User, payout: Payout, olga: User) -> None:
        refuse_payout(payout_id=payout.pk, by=olga, why="name differs", at=LATER)

        assert "name differs" in told("payout_returned")

    def test_of_a_new_account(self, ben: User, details: PayoutDetails) -> None:
        text = told("payout_details")

        assert "DE89 … 3000" in text
        assert "DE8937" not in text
        assert "8 octobre 2010" in text

    def test_of_an_account_that_was_forgotten(self, ben: User, details: PayoutDetails) -> None:
        Mail.objects.all().delete()

        end_details(owner=ben, at=LATER)
        end_details(owner=ben, at=LATER)

        assert "oublié" in told("payout_details")
