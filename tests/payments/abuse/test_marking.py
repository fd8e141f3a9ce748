"""Marks and holds: each once, payouts stay, money stays; and what staff decide."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.mail.models import Mail
from accounts.models import StaffEntry, User
from payments.abuse.deciding import AlreadyDecided, OwnMark, decide_mark
from payments.abuse.marking import mark_period
from payments.abuse.models import AbuseMark, AbuseRule, MarkDecision, MarkedGiver
from payments.abuse.tasks import find_abuse
from payments.clicking.models import ClickAddress
from payments.desk.waiting import what_waits
from payments.ledger.models import LedgerAccount
from payments.payouts.holds import hold_payouts
from payments.payouts.models import PayoutHold
from payments.payouts.payable import payable_of
from payments.settlement.audit import audit_ledger
from things.periods import Period

People = Callable[..., list[User]]
Clicks = Callable[..., None]
State = AbuseMark.State

SEPTEMBER = Period(2010, 9)
LATE = datetime(2010, 10, 12, 5, 10, tzinfo=UTC)


@pytest.fixture
def ring(people: People, clicks: Clicks, settle: Callable[..., object]) -> list[User]:
    """A gave to B and B gave to A, and the month is settled."""
    a, b = people("a", "b", email=None)
    clicks(a, {b: 4})
    clicks(b, {a: 4})
    settle()
    return [a, b]


@pytest.fixture
def mark(ring: list[User]) -> AbuseMark:
    """That of A."""
    mark_period(period=SEPTEMBER, at=LATE)
    return AbuseMark.objects.get(subject=ring[0])


def free(user: User) -> int:
    return sum(line.free for line in payable_of(user, at=LATE))


class TestMarkPeriod:
    def test_holds_what_would_be_paid_and_moves_nothing(self, ring: list[User]) -> None:
        before = list(LedgerAccount.objects.order_by("pk").values("pk", "balance", "held"))
        assert [free(user) for user in ring] == [4_500_000, 4_500_000]

        mark_period(period=SEPTEMBER, at=LATE)

        assert [free(user) for user in ring] == [0, 0]
        assert list(LedgerAccount.objects.order_by("pk").values("pk", "balance", "held")) == before
        assert all(finding.count == 0 for finding in audit_ledger())

    def test_marks_nobody_twice(self, ring: list[User]) -> None:
        first = mark_period(period=SEPTEMBER, at=LATE)
        rows = list(AbuseMark.objects.order_by("pk").values())
        givers = MarkedGiver.objects.count()

        second = mark_period(period=SEPTEMBER, at=LATE)

        assert [(one.found, one.new) for one in first if one.found] == [(2, 2)]
        assert [(one.found, one.new) for one in second if one.found] == [(2, 0)]
        assert list(AbuseMark.objects.order_by("pk").values()) == rows
        assert (MarkedGiver.objects.count(), PayoutHold.objects.count()) == (givers, 2)

    def test_marks_without_holding_where_the_rule_says_so(self, ring: list[User]) -> None:
        AbuseRule.objects.update(holds=False)

        mark_period(period=SEPTEMBER, at=LATE)

        assert set(AbuseMark.objects.values_list("state", flat=True)) == {State.OPEN}
        assert not PayoutHold.objects.exists()

    def test_passes_over_what_is_switched_off(self, ring: list[User]) -> None:
        AbuseRule.objects.update(on=False)

        assert mark_period(period=SEPTEMBER, at=LATE) == []
        assert not AbuseMark.objects.exists()

    def test_leaves_what_was_decided(self, mark: AbuseMark, olga: User) -> None:
        decide_mark(mark_id=mark.pk, state=State.RELEASED, reason="friends", by=olga, at=LATE)

        mark_period(period=SEPTEMBER, at=LATE)

        mark.refresh_from_db()
        assert mark.state == State.RELEASED
        assert free(mark.subject) == 4_500_000

    def test_tells_the_person_once(self, people: People, clicks: Clicks) -> None:
        a, b = people("a", "b")
        User.objects.filter(pk=a.pk).update(email="a@mail.example")
        clicks(a, {b: 4})
        clicks(b, {a: 4})

        mark_period(period=SEPTEMBER, at=LATE)
        mark_period(period=SEPTEMBER, at=LATE)

        assert Mail.objects.filter(user=a, kind="payout_held").count() == 1


class TestRing:
    def test_costs_the_fee_of_what_it_gives_round_and_touches_nobody_else(
        self,
        people: People,
        clicks: Clicks,
        settle: Callable[..., object],
    ) -> None:
        """The example of docs/operators/abuse.md, beside two who have nothing to do with it."""
        a, b, reader, writer = people("a", "b", "reader", "writer")
        clicks(a, {b: 5})
        clicks(b, {a: 5})
        clicks(reader, {writer: 2})
        settle()

        earned = LedgerAccount.objects.filter(kind="earnings").values_list("owner", "balance")
        assert dict(earned) == {a.pk: 4_500_000, b.pk: 4_500_000, writer.pk: 4_500_000}
        assert LedgerAccount.objects.get(kind="fees").balance == 1_500_000


@pytest.mark.django_db(transaction=True)
class TestTwoAtOnce:
    def test_mark_once(self, people: People, clicks: Clicks) -> None:
        a, b = people("a", "b")
        clicks(a, {b: 4})
        clicks(b, {a: 4})

        def run(_turn: int) -> int:
            try:
                return sum(one.new for one in mark_period(period=SEPTEMBER, at=LATE))
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(run, range(2))) == [0, 2]
        assert AbuseMark.objects.count() == 2


class TestDecideMark:
    def test_releases_what_the_mark_held_and_no_other_hold(
        self, mark: AbuseMark, olga: User
    ) -> None:
        hold_payouts(owner=mark.subject, why="a dispute", key="dispute", at=LATE)

        decide_mark(mark_id=mark.pk, state=State.RELEASED, reason="friends", by=olga, at=LATE)

        assert free(mark.subject) == 0
        PayoutHold.objects.filter(key="dispute").update(lifted_at=LATE)
        assert free(mark.subject) == 4_500_000

    def test_keeps_all_held_where_it_is_abuse(self, mark: AbuseMark, olga: User) -> None:
        decide_mark(mark_id=mark.pk, state=State.CONFIRMED, reason="a ring", by=olga, at=LATE)

        assert free(mark.subject) == 0
        decision = MarkDecision.objects.get()
        assert (decision.by, decision.reason, decision.state) == (olga, "a ring", "confirmed")

    def test_can_be_put_right_but_not_turned_round(self, mark: AbuseMark, olga: User) -> None:
        decide_mark(mark_id=mark.pk, state=State.CONFIRMED, reason="a ring", by=olga, at=LATE)
        decide_mark(mark_id=mark.pk, state=State.RELEASED, reason="an appeal", by=olga, at=LATE)

        with pytest.raises(AlreadyDecided):
            decide_mark(mark_id=mark.pk, state=State.CONFIRMED, reason="no", by=olga, at=LATE)

        assert [d.reason for d in mark.decisions.order_by("pk")] == ["a ring", "an appeal"]

    def test_is_not_for_those_whom_it_is_about(self, mark: AbuseMark, ring: list[User]) -> None:
        for one in ring:
            with pytest.raises(OwnMark):
                decide_mark(mark_id=mark.pk, state=State.RELEASED, reason="me", by=one, at=LATE)

    def test_for_good_spares_the_next_months_too(
        self, mark: AbuseMark, olga: User, clicks: Clicks
    ) -> None:
        decide_mark(
            mark_id=mark.pk, state=State.RELEASED, reason="twins", by=olga, at=LATE, for_good=True
        )
        other = AbuseRule.objects.create(kind="ring", name="Another", least_clicks=3)

        mark_period(period=SEPTEMBER, at=LATE)

        assert AbuseMark.objects.filter(subject=mark.subject, rule=other).count() == 1
        assert AbuseMark.objects.filter(subject=mark.subject, rule=mark.rule).count() == 1

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE payments_abusemark SET figures = '{}'",
            "UPDATE payments_abusemark SET state = 'open'",
            "DELETE FROM payments_abusemark",
            "UPDATE payments_markdecision SET reason = 'another'",
            "DELETE FROM payments_markdecision",
            "UPDATE payments_markedgiver SET clicks = 0",
            "DELETE FROM payments_abuserule",
        ],
    )
    def test_cannot_be_rewritten(self, mark: AbuseMark, olga: User, statement: str) -> None:
        decide_mark(mark_id=mark.pk, state=State.CONFIRMED, reason="a ring", by=olga, at=LATE)

        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


class TestFindAbuse:
    def test_looks_at_the_running_month_and_the_last(self, ring: list[User]) -> None:
        for month in ("2010-08", "2010-09"):
            ClickAddress.objects.create(subscriber=ring[0], period=month, digest=b"x")

        with time_machine.travel(LATE, tick=False):
            assert (find_abuse(), find_abuse()) == (2, 0)

        assert [str(row.period) for row in ClickAddress.objects.all()] == ["2010-09"]

    def test_is_done_each_day(self) -> None:
        entry = django_settings.CELERY_BEAT_SCHEDULE["abuse"]

        assert (entry["task"], entry["schedule"].hour) == ("payments.abuse.find_abuse", {5})

    def test_dry_run_stores_nothing(
        self, ring: list[User], capsys: pytest.CaptureFixture[str]
    ) -> None:
        call_command("find_abuse", "2010-09", "--dry-run")

        said = capsys.readouterr().out
        assert "Rings: found 2" in said
        assert "Gives 100 % of their clicks" in said
        assert not AbuseMark.objects.exists()

    def test_command_marks(self, ring: list[User], capsys: pytest.CaptureFixture[str]) -> None:
        call_command("find_abuse", "2010-09")

        assert "Rings: found 2, of which new 2" in capsys.readouterr().out
        assert AbuseMark.objects.count() == 2


class TestPages:
    def test_tell_the_person_why(self, mark: AbuseMark, client: Client) -> None:
        User.objects.filter(pk=mark.subject_id).update(language="fr")
        mark.subject.refresh_from_db()
        client.force_login(mark.subject)

        page = client.get(reverse("payouts"), headers={"Accept-Language": "fr"}).content.decode()

        assert "Les versements sont retenus" in page
        assert "quelques personnes qui se donnent" in page

    def test_tell_nobody_else(self, mark: AbuseMark, eve: User, client: Client) -> None:
        client.force_login(eve)

        assert "on hold" not in client.get(reverse("payouts")).content.decode()

    def test_staff_decides_with_a_reason_that_is_logged(
        self, mark: AbuseMark, olga: User, client: Client
    ) -> None:
        client.force_login(olga)
        page = reverse("admin:payments_abusemark_change", args=[mark.pk])
        assert "Gives 100 % of their clicks" in client.get(page).content.decode()
        deed = reverse("admin:payments_abusemark_deed", args=[mark.pk, "release"])

        client.post(deed, {"note": ""})
        mark.refresh_from_db()
        assert mark.state == State.HELD
        client.post(deed, {"note": "They are twins."})

        mark.refresh_from_db()
        assert mark.state == State.RELEASED
        entry = StaffEntry.objects.filter(kind="deed").latest("pk")
        assert (entry.deed, entry.reason, entry.staff) == ("release", "They are twins.", olga)

    def test_change_of_a_rule_is_logged(self, olga: User, client: Client) -> None:
        client.force_login(olga)
        ring = AbuseRule.objects.get(kind="ring")
        page = reverse("admin:payments_abuserule_change", args=[ring.pk])
        sent = {"name": "Rings", "on": "on", "given_percent": "70", "got_percent": "60"}

        client.post(page, {**sent, "least_clicks": "3", "least_units": "0"})

        ring.refresh_from_db()
        assert (ring.given_percent, ring.holds) == (70, False)
        entry = StaffEntry.objects.filter(kind="change").latest("pk")
        assert (entry.before["given_percent"], entry.after["given_percent"]) == ("60", "70")

    def test_tries_a_rule_without_a_trace(
        self, ring: list[User], olga: User, client: Client
    ) -> None:
        client.force_login(olga)
        rule = AbuseRule.objects.get(kind="ring")

        page = client.get(
            reverse("admin:payments_abuserule_try", args=[rule.pk]), {"period": "2010-09"}
        ).content.decode()

        assert "2 creators would be marked, for what 2 gave" in page
        assert not AbuseMark.objects.exists()

    def test_desk_counts_what_waits(self, mark: AbuseMark, olga: User, client: Client) -> None:
        waiting = next(one for one in what_waits(for_staff=olga) if one.errand.name == "abuse")
        client.force_login(olga)

        shown = client.get(waiting.errand.url).context["cl"].result_list

        assert (waiting.count, len(shown)) == (2, 2)
