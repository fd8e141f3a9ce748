"""What waits for the people who run the site, and what they decided: a row in each of their lists.

It stands beside `whole_life`, whose people it is about.
"""

from __future__ import annotations

from datetime import timedelta

from camt_files import Paid, german
from django.utils import timezone
from people import signed_up
from whole_life import RELEASED, SEPTEMBER, Life

from accounts.conduct.looking import begin_looking
from accounts.conduct.suspending import suspend_user
from accounts.models import User
from accounts.security.lost_factors import ask_to_remove_factors
from payments.abuse.deciding import decide_mark
from payments.abuse.defaults import set_up_rules
from payments.abuse.marking import hold_mark
from payments.abuse.models import AbuseMark, AbuseRule, MarkedGiver
from payments.clicking.exclusions.excluding import exclude_click, exclude_thing, undo_exclusion
from payments.clicking.models import SkippedPeriod
from payments.deposits.bank.files import read_file
from payments.deposits.crediting import begin_deposit, credit_deposit
from payments.deposits.models import Dispute, Way
from payments.deposits.returning import charge_back, refund_outside
from payments.deposits.stripe.models import CardEvent, Refill
from payments.money import MICROS
from payments.payouts.batching import approve_batch, make_batch
from payments.payouts.details import Account, enter_details
from payments.payouts.models import Way as PayoutWay
from payments.payouts.requesting import request_payout
from payments.settlement.auditing import run_audit
from payments.settlement.corrections.deciding import (
    Wanted,
    approve_correction,
    propose_correction,
    refuse_correction,
)
from payments.settlement.models import AuditRun
from payments.tips.tipping import Wish, give_tip
from things.aliases.moving import add_alias
from things.conduct.models import Report, SpamTerm
from things.conduct.moderating import dismiss_reported
from things.conduct.reporting import Complaint, report_person, report_thing
from things.models import Thing
from things.periods import Period

PAYER = "NL91ABNA0417164300"


def fill_office(life: Life) -> None:
    """Olga and Otto have worked for a while, and much waits for them."""
    otto = signed_up("otto", is_staff=True)
    SpamTerm.objects.create(kind="host", text="spam.example")
    run_audit(cause=AuditRun.Cause.CLOCK)
    _pay_out(life, otto)
    _mark(life, otto)
    _correct(life, otto)
    _exclude(life)
    _hear_complaints(life, otto)
    _read_the_bank(life)
    _lose_a_dispute(life)
    _do_the_rest(life)


def _pay_out(life: Life, otto: User) -> None:
    """A batch at the bank, one to be approved, and a payout for the next."""
    ida = User.objects.get(username="ida")
    at = RELEASED + timedelta(days=2)
    batch = make_batch(way=PayoutWay.SEPA, currency="EUR", by=life.olga, at=at)
    approve_batch(batch_id=batch.pk, by=otto, at=at)
    enter_details(
        owner=life.ben, way=PayoutWay.SEPA, account=Account("Ben", PAYER), at=SEPTEMBER.starts_at
    )
    for key, euros in (("first", 40), ("second", 20)):
        request_payout(owner=life.ben, amount=euros * MICROS, currency="EUR", key=key, at=at)
        if key == "first":
            make_batch(way=PayoutWay.SEPA, currency="EUR", by=otto, at=at)
    enter_details(owner=ida, way=PayoutWay.SEPA, account=Account("Ida", PAYER), at=timezone.now())


def _mark(life: Life, otto: User) -> None:
    """Each rule found somebody: one waits, one holds payouts, one is decided."""
    set_up_rules()
    life.numbers["rule"] = AbuseRule.objects.get(kind=AbuseRule.Kind.NEW_ACCOUNTS).pk
    AbuseRule.objects.filter(kind=AbuseRule.Kind.NEW_ACCOUNTS).update(
        least_accounts=1, given_percent=1, got_percent=1
    )
    now = timezone.now()
    figures = {"givers": 2, "of": 3, "clicks": 8, "amount": 5_140_001, "got": 7_000_000}
    figures |= {"currency": "EUR", "given_percent": 90, "days": 14, "asked_on": "10 October"}
    figures |= {"addresses": 2, "at_one": 7, "signs": ["mailbox", "card"]}
    ida = User.objects.get(username="ida")
    for rule in AbuseRule.objects.order_by("pk"):
        mark = AbuseMark.objects.create(
            rule=rule,
            period=SEPTEMBER,
            subject=ida,
            figures={"kind": rule.kind, **figures},
            found_at=now,
        )
        for giver in (life.ben, life.eve):
            MarkedGiver.objects.create(
                mark=mark, giver=giver, clicks=4, amount=2_570_000, currency="EUR"
            )
        if rule.kind == AbuseRule.Kind.RING:
            hold_mark(mark, at=now)
            mark.state = AbuseMark.State.HELD
            mark.save(update_fields=["state", "hold"])
        if rule.kind == AbuseRule.Kind.ONE_ADDRESS:
            decide_mark(
                mark_id=mark.pk,
                state=AbuseMark.State.RELEASED,
                reason="An office.",
                by=otto,
                at=now,
                for_good=True,
            )


def _correct(life: Life, otto: User) -> None:
    """Of September: one correction is made, one refused, and one waits for a second person."""
    now = timezone.now()
    tune, air = (Thing.objects.get(pk=life.numbers[name]) for name in ("tune", "air"))
    for wanted, decide in (
        (Wanted(period=SEPTEMBER, subscriber=life.eve, thing=tune), approve_correction),
        (Wanted(period=SEPTEMBER, subscriber=life.ada), refuse_correction),
        (Wanted(period=SEPTEMBER, thing=air), None),
    ):
        proposed = propose_correction(
            wanted, reason="Given in a circle.", evidence="Mark 7.", by=life.olga, at=now
        )
        if decide:
            decide(correction_id=proposed.pk, by=otto, at=now)


def _exclude(life: Life) -> None:
    now = timezone.now()
    period = Period.of(now)
    tune, air = (Thing.objects.get(pk=life.numbers[name]) for name in ("tune", "air"))
    exclude_click(
        period=period, subscriber=life.ada, thing=tune, reason="A ring.", by=life.olga, at=now
    )
    undone = exclude_thing(period=period, thing=air, reason="Bought.", by=life.olga, at=now)
    undo_exclusion(exclusion_id=undone.pk, by=life.olga, at=now)


def _hear_complaints(life: Life, otto: User) -> None:
    """Reports that wait and one that is answered; Ida is suspended, and somebody looked at."""
    now = timezone.now()
    tune, air = (Thing.objects.get(pk=life.numbers[name]) for name in ("tune", "air"))
    said = Complaint(
        ground=Report.Ground.SPAM, words="This is a shop.\nNot a tune.", email="zoe@example.org"
    )
    report_thing(thing=tune, complaint=said, at=now)
    report_person(
        person=life.ben, complaint=Complaint(Report.Ground.OTHER, reporter=life.eve), at=now
    )
    heard = report_thing(thing=air, complaint=said, at=now)
    dismiss_reported(report_id=heard.pk, reason="It is a tune.", by=otto, at=now)
    begin_looking(user=life.eve, by=life.olga, reason="She asked for help.", at=now)
    suspend_user(
        user=User.objects.get(username="ida"), reason="Sells clicks.", by=life.olga, at=now
    )


def _read_the_bank(life: Life) -> None:
    """A payment that nobody can place, one back, and a payment that went back."""
    now = timezone.now()
    lines = german(
        Paid(text="for the good things", party="Cleo Berg"),
        Paid(amount="7.50", credit=False, text="back", party="Cleo Berg"),
    )
    read_file(lines, at=now)
    arrived = begin_deposit(
        subscriber=life.eve, way=Way.BANK, amount=9 * MICROS, currency="EUR", key="bank", at=now
    )
    credit_deposit(arrived, amount=9 * MICROS, about_at=now, at=now)
    refund_outside(deposit=arrived, amount=3 * MICROS, external_id="bank:1", about_at=now, at=now)


def _lose_a_dispute(life: Life) -> None:
    """Kim's money was given on before the bank took it back: Kim owes it."""
    now = timezone.now()
    kim = signed_up("kim")
    paid = begin_deposit(
        subscriber=kim, way=Way.CARD, amount=5 * MICROS, currency="EUR", key="kim", at=now
    )
    credit_deposit(paid, amount=5 * MICROS, about_at=now, at=now)
    give_tip(
        Wish(giver=kim, creator=life.ben, amount=5 * MICROS, currency="EUR", key="kim"), at=now
    )
    taken, open_one = (
        Dispute.objects.create(
            deposit=paid,
            external_id=f"dp_{state}",
            amount=5 * MICROS,
            currency="EUR",
            reason="fraudulent",
            state=state,
            opened_at=now,
        )
        for state in ("lost", "needs_response")
    )
    charge_back(taken, about_at=now, at=now)
    CardEvent.objects.create(
        external_id="evt_1",
        type="charge.dispute.created",
        happened_at=now,
        received_at=now,
        facts={"id": open_one.external_id},
        deposit=paid,
    )


def _do_the_rest(life: Life) -> None:
    now = timezone.now()
    tune = Thing.objects.get(pk=life.numbers["tune"])
    add_alias(tune, url="https://ben.example/old-tune", at=now)
    ask_to_remove_factors(user=life.eve, by=life.olga, reason="Lost the phone.", at=now)
    SkippedPeriod.objects.create(
        period=Period.of(now), subscriber=life.ada, number=2, skipped_at=now
    )
    Refill.objects.create(
        subscriber=life.ben,
        amount=5 * MICROS,
        currency="EUR",
        day=25,
        next_on=now.date(),
        consent="I agree.",
        begun_at=now,
    )
