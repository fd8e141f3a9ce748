"""Every statement adds up, whatever was given: clicks, tips, regiven earnings, debts, refunds."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from payments.budgets.holding import NoMeans
from payments.budgets.planning import set_budget
from payments.clicking.recording import record_click
from payments.earnings.balance import received_and_given
from payments.earnings.overview import months_of as months_of_creator
from payments.earnings.papers.issuing import NothingInRange, issue_paper
from payments.earnings.reports import NothingEarned, creator_month
from payments.giving.exporting.csv_file import csv_lines
from payments.giving.months import SubscriberMonth, month_of, months_of
from payments.giving.recipients import recipients_of_month
from payments.giving.wallets import Line, wallets_of
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.posting import (
    NotEnough,
    Posting,
    correction,
    earnings_of,
    outside,
    post,
    wallet_of,
)
from payments.money import MICROS
from payments.payouts.regiving import put_into_giving
from payments.payouts.requesting import AmountRefused
from payments.settlement.audit import audit_ledger
from payments.settlement.running import settle_period
from payments.tips.models import Tip
from payments.tips.sums import tips_moved
from payments.tips.taking_back import TipSpent, take_back_tip
from payments.tips.tipping import TipRefused, Wish, give_tip
from things.models import Thing
from things.periods import Period

FIRST, LATER = Period(2010, 9), datetime(2011, 6, 1, tzinfo=UTC)
CENT = MICROS // 100
NAMES = ("ada", "ben", "cem")
DEEDS = ("deposit", "tip", "take_back", "regive", "chargeback", "refund", "click")

Deed = tuple[str, int, int, int]
DEED = st.tuples(
    st.sampled_from(DEEDS), st.integers(0, 2), st.integers(1, 2), st.integers(10, 1200)
)
MONTHS = st.lists(st.lists(DEED, max_size=9), min_size=1, max_size=3)


@pytest.mark.django_db
class TestEveryStatement:
    @settings(max_examples=25)
    @given(months=MONTHS, budget=st.integers(200, 900))
    def test_adds_up_to_the_micro(self, months: list[list[Deed]], budget: int) -> None:
        with transaction.atomic():
            people = [User.objects.create_user(name) for name in NAMES]
            for person in people:
                Thing.objects.create(url=f"https://{person.username}.example/", owner=person)
                deposit(person, 2000, FIRST.starts_at)
                set_budget(
                    subscriber=person, amount=budget * CENT, currency="EUR", at=FIRST.starts_at
                )
            play(people, months)

            for person in people:
                check_giving(person)
                check_received(person)
            faults = [one for one in audit_ledger(thorough=True) if one.count]
            assert not faults, faults
            transaction.set_rollback(True)


def play(people: list[User], months: list[list[Deed]]) -> None:
    """Month by month what the deeds say, as far as it is not refused, and the month's end."""
    period, number = FIRST, 0
    for deeds in [*months, []]:
        for day, (deed, who, to, cents) in enumerate(deeds):
            number += 1
            giver, creator = people[who], people[(who + to) % len(people)]
            at = period.starts_at + timedelta(days=12 + day)
            with suppress(TipRefused, TipSpent, AmountRefused, NoMeans, NotEnough):
                do(deed, giver, creator, cents, f"k{number}", at)
        settle_period(period=period, at=period.ends_at, fee_basis_points=1000)
        period = period.next


def do(deed: str, giver: User, creator: User, cents: int, key: str, at: datetime) -> None:
    amount = cents * CENT
    if deed == "deposit":
        deposit(giver, cents, at)
    elif deed == "tip":
        give_tip(Wish(giver, creator, amount, "EUR", key), at=at)
    elif deed == "take_back":
        tip = Tip.objects.standing().filter(creator=giver).order_by("pk").first()
        if tip is not None:
            take_back_tip(tip_id=tip.pk, at=at)
    elif deed == "regive":
        put_into_giving(owner=giver, amount=amount, currency="EUR", key=key, at=at)
    elif deed == "click":
        record_click(subscriber=giver, thing=creator.things.get(), at=at)
    else:
        deposits = Transfer.objects.filter(kind="deposit", credited=wallet_of(giver, "EUR"))
        left = deposits.remaining()
        paid = deposits.filter(pk__in=[one for one in left if left[one] >= amount]).first()
        kind = Transfer.Kind.CHARGEBACK if deed == "chargeback" else Transfer.Kind.MIRROR
        if paid is not None:
            taken = correction(paid, key=key, about_at=at, amount=amount, kind=kind)
            post([taken], posted_at=at)


def deposit(user: User, cents: int, at: datetime) -> None:
    posting = Posting(
        key=f"deposit:{user.username}:{at}:{cents}",
        kind=Transfer.Kind.DEPOSIT,
        debited=outside("test", "EUR"),
        credited=wallet_of(user, "EUR"),
        amount=cents * CENT,
        about_at=at,
    )
    post([posting], posted_at=at)


def check_giving(person: User) -> None:
    """The wallet's months follow on each other, and every way to write one says the same."""
    lines = months_of(person)[::-1]
    for before, after in pairwise(lines):
        assert before.wallet.closing == after.wallet.opening
    for line in lines:
        month = month_of(subscriber=person, period=line.period, at=LATER)
        [wallet] = month.wallets
        assert wallet == line.wallet
        assert wallet.closing == wallet.opening + wallet.came_in - wallet.went_out
        assert sum(amounts(month)) == Decimal(wallet.closing - wallet.opening) / MICROS
        given = recipients_of_month(person, month)
        to_creators = sum(
            one.amount_of_others + sum(named.amount for named in one.named) for one in given
        )
        taken = Tip.objects.filter(
            giver=person,
            taken_back_at__isnull=False,
            given_at__gte=line.period.starts_at,
            given_at__lt=line.period.ends_at,
        )
        assert to_creators + sum(tip.amount for tip in taken) == wallet.given
    [wallet] = wallets_of(person)
    assert lines[-1].wallet.closing == wallet.balance


def amounts(month: SubscriberMonth) -> Iterator[Decimal]:
    """What moved, as the file says."""
    for row in csv.DictReader(csv_lines([month])):
        if row["line"] not in {"opening", "closing"} and row["amount"]:
            yield Decimal(row["amount"])


def check_received(person: User) -> None:
    """What came in by months, less what was put into giving, is what is in the earnings."""
    rows = months_of_creator(person)
    received = sum(row.received for row in rows)
    regiven = sum(
        line.wallet.lines.get(Line.REGIVEN, 0) for line in months_of(person) if line.wallet
    )
    account = LedgerAccount.objects.get(pk=earnings_of(person, "EUR").pk)
    assert received - regiven == account.balance
    assert received == sum(one.whole.received for one in received_and_given(person))
    for row in rows:
        moved = tips_moved(person, row.period)
        assert sum(one.gross - one.fee for one in moved) == (row.tips.net if row.tips else 0)
        with suppress(NothingEarned):
            month = creator_month(creator=person, period=row.period)
            whole = sum(total.earnings.net for total in month.totals)
            assert whole + sum(tips.net for tips in month.tips) == row.received
    settled = [row.period for row in rows if row.clicks]
    if settled:
        with suppress(NothingInRange):
            last = max(settled)
            paper = issue_paper(
                creator=person, first=FIRST, last=last, currency="EUR", at=LATER
            ).figures
            by_tips = sum(month["net"] for month in paper.get("tips", []))
            assert paper["net"] + by_tips == sum(r.received for r in rows if r.period <= last)
