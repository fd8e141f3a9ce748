"""Taking back what a month end gave: exactly, once, by two people, with clean books."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from at_once import at_once
from django.db import IntegrityError, connection, transaction
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.models import User
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.posting import NotEnough, Posting, earnings_of, post, wallet_of
from payments.money import MICROS
from payments.settlement.audit import audit_ledger
from payments.settlement.corrections.deciding import (
    CorrectionRefused,
    Wanted,
    approve_correction,
    propose_correction,
    refuse_correction,
)
from payments.settlement.corrections.models import Correction, ReversedClick
from payments.settlement.corrections.reversing import NothingToTakeBack, NotSettled
from payments.settlement.models import Settlement
from things.models import Thing
from things.periods import Period

THIRD = datetime(2010, 10, 3, 9, tzinfo=UTC)
SEPTEMBER = Period(2010, 9)

Give = Callable[..., None]
Settle = Callable[..., Settlement]


@pytest.fixture
def otto(db: None) -> User:
    """He operates too."""
    return User.objects.create_superuser("otto")


def propose(by: User, **wanted: object) -> Correction:
    return propose_correction(
        Wanted(period=SEPTEMBER, **wanted),  # type: ignore[arg-type]
        reason="a ring",
        evidence="the rule “rings”, mark 7",
        by=by,
        at=THIRD,
    )


def approve(proposed: Correction, by: User) -> Correction:
    return approve_correction(correction_id=proposed.pk, by=by, at=THIRD)


def balances() -> dict[tuple[str, str], int]:
    rows = LedgerAccount.objects.exclude(kind="outside").values_list(
        "owner__username", "kind", "balance"
    )
    return {(name or "", kind): balance for name, kind, balance in rows if balance}


def faults() -> list[str]:
    return [finding.check.name for finding in audit_ledger(thorough=True) if finding.count]


class TestApprove:
    def test_takes_a_click_back_to_the_last_micro(
        self, ada: User, ben: User, song: Thing, olga: User, otto: User, give: Give, settle: Settle
    ) -> None:
        poem = Thing.objects.create(url="https://ben.example/poem", owner=ben)
        tune = Thing.objects.create(url="https://ben.example/tune", owner=ben)
        give(ada, song, poem, tune, euros=5)
        settle()
        share = 1_666_666

        approve(propose(olga, subscriber=ada, thing=poem), otto)

        fee = 3 * share * 1000 // 10_000 - (3 * share * 1000 // 10_000 - 2 * share * 1000 // 10_000)
        assert balances() == {
            ("ada", "wallet"): 2 + share,
            ("ben", "earnings"): 2 * share - fee,
            ("", "fees"): fee,
        }
        assert faults() == []

    def test_leaves_a_creator_at_zero_who_gives_all_back_in_steps(
        self, ada: User, eve: User, song: Thing, olga: User, otto: User, give: Give, settle: Settle
    ) -> None:
        poem = Thing.objects.create(url="https://ben.example/poem", owner=song.owner)
        give(ada, song, poem, euros=7)
        give(eve, song, poem, euros=3)
        settle()

        approve(propose(olga, subscriber=ada, thing=song), otto)
        approve(propose(olga, thing=poem), otto)
        approve(propose(olga, subscriber=eve), otto)

        assert balances() == {("ada", "wallet"): 7 * MICROS, ("eve", "wallet"): 3 * MICROS}
        assert ReversedClick.objects.count() == 4
        assert faults() == []

    def test_takes_each_click_once(
        self, ada: User, song: Thing, olga: User, otto: User, give: Give, settle: Settle
    ) -> None:
        give(ada, song)
        settle()
        first, second = propose(olga, thing=song), propose(olga, subscriber=ada)
        approve(first, otto)

        assert approve(first, otto).moved == 5 * MICROS
        with pytest.raises(NothingToTakeBack):
            approve(second, otto)
        assert Transfer.objects.filter(kind="mirror").count() == 3

    def test_needs_a_second_person(
        self, ada: User, song: Thing, olga: User, give: Give, settle: Settle
    ) -> None:
        give(ada, song)
        settle()
        proposed = propose(olga, thing=song)

        with pytest.raises(CorrectionRefused, match="second person"):
            approve(proposed, olga)
        with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
            Correction.objects.filter(pk=proposed.pk).update(
                state="posted", decided_by=olga, decided_at=THIRD, moved=1
            )

    def test_refuses_where_the_money_is_gone_and_moves_nothing(
        self, ada: User, ben: User, song: Thing, olga: User, otto: User, give: Give, settle: Settle
    ) -> None:
        give(ada, song)
        settle()
        proposed = propose(olga, thing=song)
        gone = Posting(
            key="regiven:1",
            kind=Transfer.Kind.REGIVEN,
            debited=earnings_of(ben, "EUR"),
            credited=wallet_of(ben, "EUR"),
            amount=1,
            about_at=THIRD,
        )
        post([gone], posted_at=THIRD)

        with pytest.raises(NotEnough):
            approve(proposed, otto)

        proposed.refresh_from_db()
        assert proposed.state == "proposed"
        assert not ReversedClick.objects.exists()
        assert faults() == []

    def test_takes_a_part_of_a_transfer_back(
        self, ada: User, olga: User, otto: User, pay_in: Callable[..., LedgerAccount]
    ) -> None:
        wallet = pay_in(ada, 5)
        transfer = Transfer.objects.get(credited=wallet)
        wanted = Wanted(transfer=transfer, amount=2 * MICROS)

        proposed = propose_correction(wanted, reason="r", evidence="e", by=olga, at=THIRD)
        approve(proposed, otto)

        wallet.refresh_from_db()
        assert wallet.balance == 3 * MICROS
        with pytest.raises(CorrectionRefused, match="3000000 micros"):
            propose_correction(
                Wanted(transfer=transfer, amount=4 * MICROS),
                reason="r",
                evidence="e",
                by=olga,
                at=THIRD,
            )

    @given(data=st.data())
    @hypothesis_settings(
        max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    def test_keeps_the_books_clean_whatever_is_taken_back(
        self, data: st.DataObject, db: None
    ) -> None:
        with transaction.atomic():
            self._some_month(data)
            transaction.set_rollback(True)

    def _some_month(self, data: st.DataObject) -> None:
        from payments.budgets.planning import set_budget
        from payments.clicking.recording import record_click
        from payments.ledger.posting import outside
        from payments.settlement.running import settle_period

        noon = datetime(2010, 9, 9, 12, tzinfo=UTC)
        staff = [User.objects.create_user(name) for name in ("olga-1", "otto-1")]
        creators = [User.objects.create_user(f"creator-{n}") for n in range(2)]
        things = [
            Thing.objects.create(url=f"https://site.example/{n}", owner=creators[n % 2])
            for n in range(4)
        ]
        givers = [User.objects.create_user(f"giver-{n}") for n in range(3)]
        for giver in givers:
            amount = data.draw(st.integers(200, 999)) * 10_000
            wallet = wallet_of(giver, "EUR")
            paid = Posting(
                key=f"in:{giver.pk}",
                kind=Transfer.Kind.DEPOSIT,
                debited=outside("test", "EUR"),
                credited=wallet,
                amount=amount,
                about_at=noon,
            )
            post([paid], posted_at=noon)
            set_budget(subscriber=giver, amount=amount, currency="EUR", at=noon)
            for thing in data.draw(st.sets(st.sampled_from(things), min_size=1)):
                record_click(subscriber=giver, thing=thing, at=noon)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(transaction.Atomic, "__enter__", _not_durable)
            settle_period(period=SEPTEMBER, at=SEPTEMBER.ends_at, fee_basis_points=1000)
        before = sum(one.balance for one in LedgerAccount.objects.filter(kind="wallet"))
        for _turn in range(data.draw(st.integers(1, 4))):
            wanted = {
                "subscriber": data.draw(st.sampled_from([None, *givers])),
                "thing": data.draw(st.sampled_from([None, *things])),
            }
            if not any(wanted.values()):
                continue
            try:
                approve(propose(staff[0], **wanted), staff[1])
            except NothingToTakeBack:
                continue
            assert faults() == []
        back = sum(click.share for click in ReversedClick.objects.all())
        after = sum(one.balance for one in LedgerAccount.objects.filter(kind="wallet"))
        assert after - before == back


_enter = transaction.Atomic.__enter__


def _not_durable(self: transaction.Atomic) -> None:
    """A month end opens durable transactions; this example is one inside another."""
    self.durable = False
    _enter(self)


class TestPropose:
    def test_refuses_a_month_that_is_not_settled(
        self, ada: User, song: Thing, olga: User, give: Give
    ) -> None:
        give(ada, song)

        with pytest.raises(NotSettled):
            propose(olga, thing=song)

    def test_refuses_transfers_of_a_month_end(
        self, ada: User, song: Thing, olga: User, give: Give, settle: Settle
    ) -> None:
        give(ada, song)
        settle()
        share = Transfer.objects.get(kind="share")

        with pytest.raises(CorrectionRefused, match="by its clicks"):
            propose_correction(
                Wanted(transfer=share, amount=1), reason="r", evidence="e", by=olga, at=THIRD
            )

    def test_is_refused_by_a_second_person_for_good(
        self, ada: User, song: Thing, olga: User, otto: User, give: Give, settle: Settle
    ) -> None:
        give(ada, song)
        settle()
        proposed = propose(olga, thing=song)
        refuse_correction(correction_id=proposed.pk, by=otto, at=THIRD)

        with pytest.raises(CorrectionRefused, match="refused already"):
            approve(proposed, otto)
        with pytest.raises(IntegrityError, match="is decided"), transaction.atomic():
            Correction.objects.filter(pk=proposed.pk).update(reason="other")


class TestPages:
    def test_take_a_click_back_by_two_people(
        self, ada: User, ben: User, song: Thing, olga: User, otto: User, give: Give, settle: Settle
    ) -> None:
        give(ada, song)
        settle()
        pages = "/admin/payments/correction/"
        first, second = Client(), Client()
        first.force_login(olga)
        second.force_login(otto)
        asked = {
            "period_text": "2010-09",
            "subscriber_name": "ada",
            "thing_text": song.url,
            "reason": "a ring",
            "evidence": "mark 7",
        }

        assert first.post(f"{pages}add/", asked).status_code == 302
        proposed = Correction.objects.get()
        first.post(f"{pages}{proposed.pk}/deeds/approve/")
        assert not ReversedClick.objects.exists()
        second.post(f"{pages}{proposed.pk}/deeds/approve/")

        assert ReversedClick.objects.get().share == 5 * MICROS
        for reader, page in ((ada, "/giving/2010-09/"), (ben, "/creators/ben/months/2010-09/")):
            browser = Client()
            browser.force_login(reader)
            shown = browser.get(page)
            if shown.status_code == 404:
                pytest.fail(page)
            assert "a ring" in shown.content.decode()

    def test_say_why_it_cannot_be_proposed(self, olga: User) -> None:
        browser = Client()
        browser.force_login(olga)
        asked = {
            "period_text": "2010-09",
            "subscriber_name": "olga",
            "reason": "r",
            "evidence": "e",
        }

        answer = browser.post("/admin/payments/correction/add/", asked)

        assert "2010-09 is not settled" in answer.content.decode()
        assert not Correction.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_posts_once_where_two_approve(
        self, ada: User, song: Thing, olga: User, otto: User, give: Give, settle: Settle
    ) -> None:
        give(ada, song)
        settle()
        proposed = propose(olga, thing=song)

        at_once(lambda: approve(proposed, otto), lambda: approve(proposed, otto))

        assert Transfer.objects.filter(kind="mirror").count() == 3
        connection.close()
