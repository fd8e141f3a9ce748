"""Ben has earned 36 euros in September 2010, and Olga and Paul look after the site's money."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from accounts.models import User
from payments.payouts.batching import approve_batch, make_batch
from payments.payouts.details import Account, enter_details
from payments.payouts.models import Payout, PayoutBatch, PayoutDetails, Way
from payments.payouts.requesting import request_payout
from things.models import Thing

EARNED = 36_000_000
ENTERED = datetime(2010, 10, 5, 12, tzinfo=UTC)
# The 10th, on which what was earned in September is released.
RELEASED = datetime(2010, 10, 10, tzinfo=UTC)
LATER = RELEASED + timedelta(days=2)
IBAN = "DE89370400440532013000"
SITE_IBAN = "FR7630006000011234567890189"


@pytest.fixture(autouse=True)
def bank(settings: Settings) -> None:
    settings.BANK_HOLDER = "Obole e. V."
    settings.BANK_IBAN = SITE_IBAN
    settings.BANK_BIC = ""


@pytest.fixture
def paul(db: None) -> User:
    """He operates too."""
    return User.objects.create_superuser("paul")


@pytest.fixture
def earnings(
    ada: User, song: Thing, give: Callable[..., None], settle: Callable[..., object]
) -> None:
    """Ada gave Ben 40 euros, of which the fee is 4."""
    give(ada, song, euros=40)
    settle()


@pytest.fixture
def details(ben: User) -> PayoutDetails:
    return enter_details(owner=ben, way=Way.SEPA, account=Account("Ben Müller", IBAN), at=ENTERED)


@pytest.fixture
def payout(earnings: None, details: PayoutDetails, ben: User) -> Payout:
    """Ben asked for 20 euros."""
    return request_payout(owner=ben, amount=20_000_000, currency="EUR", key="a", at=RELEASED)


@pytest.fixture
def approved(payout: Payout, olga: User, paul: User) -> PayoutBatch:
    """Olga made the batch, Paul approved it."""
    batch = make_batch(way=Way.SEPA, currency="EUR", by=olga, at=LATER)
    return approve_batch(batch_id=batch.pk, by=paul, at=LATER)
