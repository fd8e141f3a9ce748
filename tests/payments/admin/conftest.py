"""Makers of rows for every model of the admin, with explicit values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Group
from django.db.models import Model

from accounts.mail.kinds import Kind
from accounts.mail.models import Mail
from accounts.models import FactorRemoval, User
from accounts.staff.models import StaffEntry
from accounts.visibility import Visibility
from payments.abuse.models import AbuseMark, AbuseRule
from payments.budgets.models import Budget, Plan
from payments.clicking.exclusions.models import Exclusion
from payments.clicking.models import ImportedMonth, KeptClick, SkippedPeriod
from payments.deposits.bank.models import BankLine, BankRefund
from payments.deposits.crediting import credit_deposit
from payments.deposits.models import Debt, Deposit, Dispute, Refund
from payments.deposits.returning import charge_back, refund_outside
from payments.deposits.stripe.models import CardEvent, Refill
from payments.earnings.papers.models import EarningsPaper
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.posting import Posting, earnings_of, outside, post, wallet_of
from payments.payouts.models import Payout, PayoutBatch, PayoutDetails, PayoutHold, Way
from payments.settlement.corrections.models import Correction, ReversedClick
from payments.settlement.models import (
    AuditRun,
    CreatorEarnings,
    PeriodFigures,
    Settlement,
    Shard,
    Stage,
    ThingEarnings,
)
from payments.tips.models import Tip
from things.aliases.models import Alias
from things.canonical import address_key
from things.conduct.models import FailedCheck, Report, SpamTerm
from things.feeds.models import Feed
from things.models import PendingClick, StandingClick, Thing
from things.partners.models import Identifier, Partner
from things.periods import Period
from things.sites.models import Site
from things.webhooks.models import Delivery, Endpoint, Event, Fact

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
AMOUNT = 5_140_001


@pytest.fixture
def make(db: None) -> Callable[[type[Model], int], Model]:
    """Make a row of a model, told apart by a number; its period is September of 2000 + number."""
    return lambda model, number: MAKERS[model](number)


def group(number: int) -> Group:
    return Group.objects.create(name=f"group {number}")


def user(number: int) -> User:
    return User.objects.create_user(f"user-{number}-{User.objects.count()}")


def factor_removal(number: int) -> FactorRemoval:
    return FactorRemoval.objects.create(
        user=user(number), reason=f"lost {number}", asked_by=user(number), asked_at=NOON
    )


def exclusion(number: int) -> Exclusion:
    return Exclusion.objects.create(
        period=Period(2000 + number, 9),
        thing=thing(number),
        subscriber=user(number),
        reason=f"ring {number}",
        excluded_by=user(number),
        excluded_at=NOON,
    )


def report(number: int) -> Report:
    return Report.objects.create(thing=thing(number), ground="spam", reported_at=NOON)


def failed_check(number: int) -> FailedCheck:
    return FailedCheck.objects.create(thing=thing(number), tries=7, why="500", failed_at=NOON)


def spam_term(number: int) -> SpamTerm:
    return SpamTerm.objects.create(kind="word", text=f"casino{number}")


def thing(number: int) -> Thing:
    address = f"https://ben.example/{number}-{Thing.objects.count()}"
    return Thing.objects.create(url=address, owner=user(number))


def site(number: int) -> Site:
    return Site.objects.create(host=f"site-{number}.example", owner=user(number), asked_at=NOON)


def feed(number: int) -> Feed:
    return Feed.objects.create(
        url=f"https://ben.example/{number}.rss",
        owner=user(number),
        hosts=["ben.example"],
        language="en_GB",
        made_at=NOON,
        next_at=NOON,
    )


def alias(number: int) -> Alias:
    url = f"https://ben.example/{number}/old"
    return Alias.objects.create(url=url, key=address_key(url), thing=thing(number), made_at=NOON)


def pending_click(number: int) -> PendingClick:
    return PendingClick.objects.create(
        subscriber=user(number), thing=thing(number), clicked_at=NOON
    )


def standing_click(number: int) -> StandingClick:
    return StandingClick.objects.create(
        subscriber=user(number),
        thing=thing(number),
        created_at=NOON,
        started_at=NOON,
        last_period=period(number),
        visibility=Visibility.PUBLIC,
    )


def skipped_period(number: int) -> SkippedPeriod:
    return SkippedPeriod.objects.create(
        period=period(number), subscriber=user(number), number=2, skipped_at=NOON
    )


def kept_click(number: int) -> KeptClick:
    url = f"https://ben.example/{number}"
    return KeptClick.objects.create(subscriber=user(number), url=url, subject="1", kept_at=NOON)


def imported_month(number: int) -> ImportedMonth:
    return ImportedMonth.objects.create(
        period=period(number),
        digest=f"{number:064}",
        imported_at=NOON,
        subscribers=1,
        things=1,
        clicks=1,
        repeated=0,
    )


def plan(number: int) -> Plan:
    return Plan.objects.create(subscriber=user(number), amount=AMOUNT, currency="EUR")


def budget(number: int) -> Budget:
    subscriber = user(number)
    return Budget.objects.create(
        period=period(number),
        subscriber=subscriber,
        wallet=wallet_of(subscriber, "EUR"),
        amount=AMOUNT,
        currency="EUR",
        clicks=1,
        share=AMOUNT,
        remainder=0,
    )


def ledger_account(number: int) -> LedgerAccount:
    transfer(number)
    return LedgerAccount.objects.latest("pk")


def transfer(number: int) -> Transfer:
    credited = wallet_of(user(number), "EUR")
    posting = Posting(
        # None that the program makes: rows are numbered on from test to test.
        key=f"made:{number}",
        kind=Transfer.Kind.DEPOSIT,
        debited=outside("test", "EUR"),
        credited=credited,
        amount=AMOUNT,
        about_at=NOON,
    )
    return post([posting], posted_at=NOON)[0]


def deposit(number: int, way: str = "card") -> Deposit:
    subscriber = user(number)
    begun = Deposit.objects.create(
        subscriber=subscriber,
        wallet=wallet_of(subscriber, "EUR"),
        way=way,
        amount=AMOUNT,
        currency="EUR",
        key=f"test:{number}:{Deposit.objects.count()}",
        begun_at=NOON,
    )
    return credit_deposit(begun, amount=AMOUNT, about_at=NOON, at=NOON)


def refund(number: int) -> Refund:
    return refund_outside(
        deposit=deposit(number),
        amount=AMOUNT,
        external_id=f"re_{number}",
        about_at=NOON,
        at=NOON,
    )


def dispute(number: int) -> Dispute:
    return Dispute.objects.create(
        deposit=deposit(number),
        external_id=f"dp_{number}",
        amount=AMOUNT,
        currency="EUR",
        state="needs_response",
        opened_at=NOON,
    )


def debt(number: int) -> Debt:
    complaint = dispute(number)
    subscriber = complaint.deposit.subscriber
    taken = Posting(
        key=f"regiven:{number}",
        kind=Transfer.Kind.TIP,
        debited=complaint.deposit.wallet,
        credited=earnings_of(subscriber, "EUR"),
        amount=AMOUNT,
        about_at=NOON,
    )
    post([taken], posted_at=NOON)
    charge_back(complaint, about_at=NOON, at=NOON)
    return Debt.objects.get(pk=complaint.deposit.wallet_id)


def settlement(number: int) -> Settlement:
    return Settlement.objects.create(period=period(number), fee_basis_points=1000, closed_at=NOON)


def stage(number: int) -> Stage:
    return Stage.objects.create(settlement=settlement(number), name=Stage.Name.SHARE)


def shard(number: int) -> Shard:
    return Shard.objects.create(stage=stage(number), first=1, last=2)


def figures(number: int) -> PeriodFigures:
    return PeriodFigures.objects.create(
        settlement=settlement(number),
        currency="EUR",
        subscribers=1,
        creators=1,
        things=1,
        clicks=1,
        given=AMOUNT,
        fee=0,
        mean=AMOUNT,
        median=AMOUNT,
    )


def thing_earnings(number: int) -> ThingEarnings:
    return ThingEarnings.objects.create(
        period=period(number),
        thing=thing(number),
        creator=user(number),
        currency="EUR",
        clicks=1,
        gross=AMOUNT,
        lowest=AMOUNT,
        highest=AMOUNT,
    )


def creator_earnings(number: int) -> CreatorEarnings:
    return CreatorEarnings.objects.create(
        period=period(number),
        creator=user(number),
        currency="EUR",
        things=1,
        clicks=1,
        gross=AMOUNT,
        fee=0,
        net=AMOUNT,
    )


def mail(number: int) -> Mail:
    return Mail.objects.create(
        user=user(number),
        kind=Kind.MONTH_GIVEN,
        key=f"mail {number}",
        priority=Mail.Priority.NEWS,
        queued_at=NOON,
        due_at=NOON,
    )


def staff_entry(number: int) -> StaffEntry:
    return StaffEntry.objects.create(
        at=NOON, staff=user(number), kind=StaffEntry.Kind.LOOK, subject="things.thing", row="1"
    )


def card_event(number: int) -> CardEvent:
    return CardEvent.objects.create(
        external_id=f"evt_{number}",
        type="payment_intent.succeeded",
        happened_at=NOON,
        received_at=NOON,
        facts={"id": f"pi_{number}"},
        deposit=deposit(number),
    )


def refill(number: int) -> Refill:
    return Refill.objects.create(
        subscriber=user(number),
        amount=AMOUNT,
        currency="EUR",
        day=25,
        next_on=NOON.date(),
        consent="I agree.",
        begun_at=NOON,
    )


def partner(number: int) -> Partner:
    return Partner.objects.create(user=user(number), name=f"partner {number}")


def identifier(number: int) -> Identifier:
    return Identifier.objects.create(name=f"email:{number:064}", made_at=NOON)


def endpoint(number: int) -> Endpoint:
    return Endpoint.objects.create(
        partner=partner(number),
        url=f"https://partner.example/{number}",
        secret=b"secret",
        made_at=NOON,
        next_at=NOON,
    )


def delivery(number: int) -> Delivery:
    there = endpoint(number)
    fact = Fact.objects.create(
        partner=there.partner,
        number=number,
        uid=f"fact-{number}",
        event=Event.PENDING_CLICK_CREATE,
        fields={},
        happened_at=NOON,
    )
    return Delivery.objects.create(endpoint=there, fact=fact)


def tip(number: int) -> Tip:
    return Tip.objects.create(
        giver=user(number),
        creator=user(number),
        amount=AMOUNT,
        fee=0,
        currency="EUR",
        visibility=Visibility.PUBLIC,
        key=f"tip {number}",
        given_at=NOON,
    )


def correction(number: int) -> Correction:
    return Correction.objects.create(
        kind=Correction.Kind.GIVER,
        period=period(number),
        subscriber=user(number),
        amount=AMOUNT,
        currency="EUR",
        reason="a ring",
        evidence="mark 7",
        proposed_by=user(number),
        proposed_at=NOON,
    )


def reversed_click(number: int) -> ReversedClick:
    return ReversedClick.objects.create(
        correction=correction(number),
        period=period(number),
        subscriber=user(number),
        thing=thing(number),
        creator=user(number),
        currency="EUR",
        share=AMOUNT,
    )


def audit_run(number: int) -> AuditRun:
    return AuditRun.objects.create(
        cause=AuditRun.Cause.CLOCK,
        thorough=False,
        started_at=NOON,
        ended_at=NOON,
        checks=number,
        sound=True,
    )


def bank_refund(number: int) -> BankRefund:
    made = refund_outside(
        deposit=deposit(number, "bank"),
        amount=AMOUNT,
        external_id=f"bank:{number}",
        about_at=NOON,
        at=NOON,
    )
    return BankRefund.objects.get(pk=made.pk)


def bank_line(number: int) -> BankLine:
    return BankLine.objects.create(
        key=f"line {number}",
        account="FR7630006000011234567890189",
        booked_on=NOON.date(),
        amount=AMOUNT,
        currency="EUR",
        incoming=True,
        read_at=NOON,
    )


def earnings_paper(number: int) -> EarningsPaper:
    return EarningsPaper.objects.create(
        number=number + 1,
        creator=user(number),
        first_period=period(number),
        last_period=period(number),
        currency="EUR",
        language="en",
        issued_at=NOON,
        figures={},
        fingerprint=f"{number:064}",
    )


def payout_details(number: int) -> PayoutDetails:
    return PayoutDetails.objects.create(
        owner=user(number),
        way=Way.SEPA,
        hint="DE89 … 3000",
        entered_at=NOON,
        usable_at=NOON,
    )


def payout(number: int) -> Payout:
    details = payout_details(number)
    return Payout.objects.create(
        owner=details.owner,
        details=details,
        way=Way.SEPA,
        amount=AMOUNT,
        currency="EUR",
        key="k",
        requested_at=NOON,
        changed_at=NOON,
    )


def payout_batch(number: int) -> PayoutBatch:
    return PayoutBatch.objects.create(
        way=Way.SEPA,
        currency="EUR",
        state=PayoutBatch.State.DISSOLVED,
        made_by=user(number),
        made_at=NOON,
    )


def payout_hold(number: int) -> PayoutHold:
    return PayoutHold.objects.create(
        owner=user(number),
        amount=AMOUNT,
        currency="EUR",
        why="a dispute",
        key=f"hold {number}",
        placed_at=NOON,
    )


def abuse_rule(number: int) -> AbuseRule:
    return AbuseRule.objects.create(name=f"rule {number} {AbuseRule.objects.count()}", kind="ring")


def abuse_mark(number: int) -> AbuseMark:
    return AbuseMark.objects.create(
        rule=abuse_rule(number),
        period=period(number),
        subject=user(number),
        figures={
            "kind": "ring",
            "given_percent": 90,
            "givers": 2,
            "of": 3,
            "clicks": 8,
            "amount": AMOUNT,
            "got": AMOUNT,
            "currency": "EUR",
        },
        found_at=NOON,
    )


def period(number: int) -> Period:
    return Period(2000 + number, 9)


MAKERS: dict[type[Model], Callable[[int], Model]] = {
    AbuseMark: abuse_mark,
    AbuseRule: abuse_rule,
    BankLine: bank_line,
    Alias: alias,
    Exclusion: exclusion,
    Report: report,
    FailedCheck: failed_check,
    SpamTerm: spam_term,
    Correction: correction,
    ReversedClick: reversed_click,
    Delivery: delivery,
    Endpoint: endpoint,
    Identifier: identifier,
    Partner: partner,
    AuditRun: audit_run,
    Feed: feed,
    BankRefund: bank_refund,
    Budget: budget,
    CardEvent: card_event,
    CreatorEarnings: creator_earnings,
    EarningsPaper: earnings_paper,
    FactorRemoval: factor_removal,
    Debt: debt,
    Deposit: deposit,
    Dispute: dispute,
    Group: group,
    ImportedMonth: imported_month,
    KeptClick: kept_click,
    LedgerAccount: ledger_account,
    Mail: mail,
    Payout: payout,
    PayoutBatch: payout_batch,
    PayoutDetails: payout_details,
    PayoutHold: payout_hold,
    PendingClick: pending_click,
    SkippedPeriod: skipped_period,
    StandingClick: standing_click,
    PeriodFigures: figures,
    Plan: plan,
    Refill: refill,
    Refund: refund,
    Settlement: settlement,
    Shard: shard,
    Site: site,
    Stage: stage,
    StaffEntry: staff_entry,
    Thing: thing,
    Tip: tip,
    ThingEarnings: thing_earnings,
    Transfer: transfer,
    User: user,
}
