"""Giving a tip: the money, the refusals, and the second time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from at_once import at_once
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.mail.models import Mail
from accounts.models import User
from accounts.privacy.leaving import delete_account
from accounts.visibility import Visibility
from payments.budgets.planning import set_budget
from payments.clicking.recording import record_click
from payments.clicking.standing import start_standing_click
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.posting import KeyReused, earnings_of, wallet_of
from payments.money import MICROS
from payments.payouts.payable import payable_from
from payments.settlement.audit import audit_ledger
from payments.tips import tipping
from payments.tips.models import Tip
from payments.tips.taking_back import TipSpent, remove_note, report_note, take_back_tip
from payments.tips.tipping import Wish, give_tip, plan_tip
from things.models import Click, Thing

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
PayIn = Callable[..., LedgerAccount]


def euros(number: int) -> int:
    return number * MICROS


@pytest.fixture
def wish(ada: User, ben: User, pay_in: PayIn) -> Callable[..., Wish]:
    pay_in(ada, 10)

    def make(**other: Any) -> Wish:
        asked = {"giver": ada, "creator": ben, "amount": euros(2), "currency": "EUR", "key": "1"}
        return Wish(**(asked | other))

    return make


@pytest.fixture
def tip(wish: Callable[..., Wish]) -> Tip:
    return give_tip(wish(note="For the song"), at=NOON)


def balance(owner: User | None, kind: str) -> int:
    return LedgerAccount.objects.get(owner=owner, kind=kind, currency="EUR").balance


def sound() -> bool:
    return not any(finding.count for finding in audit_ledger(thorough=True))


class TestGiveTip:
    def test_moves_it_from_the_wallet_to_the_earnings_and_the_fees(
        self, tip: Tip, ada: User, ben: User
    ) -> None:
        assert (tip.amount, tip.fee, tip.net) == (euros(2), 200_000, 1_800_000)
        assert balance(ada, "wallet") == euros(8)
        assert balance(ben, "earnings") == 1_800_000
        assert balance(None, "fees") == 200_000
        assert sound()

    def test_takes_the_fee_of_the_moment(self, wish: Callable[..., Wish], settings: Any) -> None:
        settings.FEE_BASIS_POINTS = 0

        give_tip(wish(), at=NOON)

        assert Transfer.objects.filter(kind="tip").count() == 1
        assert sound()

    def test_is_one_tip_however_often_it_is_sent(
        self, tip: Tip, wish: Callable[..., Wish], ada: User
    ) -> None:
        assert give_tip(wish(), at=NOON + timedelta(minutes=1)) == tip
        assert balance(ada, "wallet") == euros(8)

    def test_refuses_the_key_of_another_tip(self, tip: Tip, wish: Callable[..., Wish]) -> None:
        with pytest.raises(KeyReused):
            give_tip(wish(amount=euros(3)), at=NOON)

    def test_cleans_the_note(self, wish: Callable[..., Wish]) -> None:
        tip = give_tip(wish(note=" thank\r\nyou \u202eeb\x00 "), at=NOON)

        assert tip.note == "thank you eb"

    def test_is_as_visible_as_the_giver_chose(self, wish: Callable[..., Wish], ada: User) -> None:
        ada.visibility = Visibility.CREATOR

        assert give_tip(wish(), at=NOON).visibility == Visibility.CREATOR
        hidden = give_tip(wish(key="2", visibility=Visibility.ANONYMOUS), at=NOON)
        assert hidden.visibility == Visibility.ANONYMOUS

    def test_tells_the_creator_and_names_no_anonymous_giver(
        self, wish: Callable[..., Wish], ben: User
    ) -> None:
        ben.email = "ben@example.org"
        ben.save()

        give_tip(wish(note="Hello"), at=NOON)
        give_tip(wish(key="2", visibility=Visibility.ANONYMOUS), at=NOON)

        told = Mail.objects.filter(kind="tip_arrived").order_by("pk").values_list("context")
        assert [context["giver"] for (context,) in told] == ["ada", ""]

    def test_can_be_paid_out_from_the_tenth_of_the_next_month(self, tip: Tip, ben: User) -> None:
        account = earnings_of(ben, "EUR")

        assert payable_from(account, at=datetime(2010, 10, 9, tzinfo=UTC)).free == 0
        assert payable_from(account, at=datetime(2010, 10, 10, tzinfo=UTC)).free == tip.net

    def test_of_a_thing_is_for_its_owner_alone(
        self, wish: Callable[..., Wish], song: Thing, eve: User
    ) -> None:
        assert give_tip(wish(thing=song), at=NOON).thing == song

        unclaimed = Thing.objects.create(url="https://eve.example/")
        for creator, thing in ((eve, song), (song.owner, unclaimed)):
            with pytest.raises(tipping.ThingNotTheirs):
                give_tip(wish(key="2", creator=creator, thing=thing), at=NOON)


class TestRefusals:
    @pytest.mark.parametrize(
        ("other", "refusal"),
        [
            ({"amount": euros(2) + 1}, tipping.TipNotInCents),
            ({"amount": MICROS // 100}, tipping.TipTooSmall),
            ({"currency": "JPY"}, tipping.OtherCurrency),
            ({"currency": "USD"}, tipping.WalletTooLow),
            ({"amount": euros(11)}, tipping.WalletTooLow),
            ({"note": "x" * 501}, tipping.NoteTooLong),
        ],
    )
    def test_change_nothing(
        self, wish: Callable[..., Wish], other: dict[str, Any], refusal: type[Exception]
    ) -> None:
        for deed in (plan_tip, give_tip):
            with pytest.raises(refusal):
                deed(wish(**other), at=NOON)

        assert not Tip.objects.exists()
        assert not Transfer.objects.filter(kind="tip").exists()

    def test_of_oneself(self, wish: Callable[..., Wish], ada: User) -> None:
        with pytest.raises(tipping.OwnTip):
            give_tip(wish(creator=ada), at=NOON)

    def test_of_what_the_running_budget_holds(
        self, wish: Callable[..., Wish], ada: User, song: Thing
    ) -> None:
        set_budget(subscriber=ada, amount=euros(9), currency="EUR", at=NOON)
        record_click(subscriber=ada, thing=song, at=NOON)

        with pytest.raises(tipping.WalletTooLow) as refused:
            give_tip(wish(), at=NOON)

        assert (refused.value.free, refused.value.held) == (euros(1), euros(9))

    def test_of_what_a_standing_click_needs(
        self, wish: Callable[..., Wish], ada: User, song: Thing
    ) -> None:
        set_budget(subscriber=ada, amount=euros(9), currency="EUR", at=NOON)
        start_standing_click(subscriber=ada, thing=song, at=datetime(2010, 8, 1, tzinfo=UTC))

        with pytest.raises(tipping.WalletTooLow):
            give_tip(wish(), at=NOON)

        assert Click.objects.get().thing == song

    def test_of_a_suspended_giver(self, wish: Callable[..., Wish], ada: User) -> None:
        User.objects.filter(pk=ada.pk).update(suspended=True)

        with pytest.raises(tipping.GiverSuspended):
            give_tip(wish(), at=NOON)

    @pytest.mark.parametrize("change", [{"suspended": True}, {"is_active": False}])
    def test_of_a_creator_who_gets_nothing(
        self, wish: Callable[..., Wish], ben: User, change: dict[str, bool]
    ) -> None:
        User.objects.filter(pk=ben.pk).update(**change)

        with pytest.raises(tipping.CreatorUnavailable):
            give_tip(wish(), at=NOON)

    def test_of_another_fee_than_was_shown(self, wish: Callable[..., Wish]) -> None:
        with pytest.raises(tipping.FeeChanged):
            give_tip(wish(), at=NOON, fee=199_999)

    def test_of_too_many_within_an_hour(self, wish: Callable[..., Wish], settings: Any) -> None:
        settings.TIPS_AN_HOUR = 1
        give_tip(wish(), at=NOON)

        with pytest.raises(tipping.TooManyTips):
            give_tip(wish(key="2"), at=NOON + timedelta(minutes=59))
        give_tip(wish(key="3"), at=NOON + timedelta(minutes=61))


class TestTakeBackTip:
    def test_gives_it_back_with_the_fee_once(self, tip: Tip, ada: User, ben: User) -> None:
        take_back_tip(tip_id=tip.pk, at=NOON)
        take_back_tip(tip_id=tip.pk, at=NOON + timedelta(days=1))

        assert (balance(ada, "wallet"), balance(ben, "earnings")) == (euros(10), 0)
        assert balance(None, "fees") == 0
        assert sound()

    def test_is_refused_where_it_was_given_on(
        self, tip: Tip, ben: User, eve: User, settings: Any
    ) -> None:
        earned, wallet = earnings_of(ben, "EUR"), wallet_of(eve, "EUR")
        posting = tipping.Posting(
            key="x",
            kind=Transfer.Kind.REGIVEN,
            debited=earned,
            credited=wallet,
            amount=1,
            about_at=NOON,
        )
        tipping.post([posting], posted_at=NOON)

        with pytest.raises(TipSpent):
            take_back_tip(tip_id=tip.pk, at=NOON)

        tip.refresh_from_db()
        assert tip.taken_back_at is None


class TestNotes:
    def test_are_reported_and_removed(self, tip: Tip) -> None:
        report_note(tip=tip, at=NOON)
        report_note(tip=tip, at=NOON + timedelta(days=1))
        remove_note(tip_id=tip.pk)

        tip.refresh_from_db()
        assert (tip.reported_at, tip.note) == (NOON, "")

    @pytest.mark.parametrize("who", ["ada", "ben"])
    def test_go_with_either_account(self, tip: Tip, who: str) -> None:
        delete_account(user=User.objects.get(username=who), at=timezone.now())

        tip.refresh_from_db()
        assert tip.note == ""
        assert (tip.visibility == Visibility.ANONYMOUS) == (who == "ada")
        assert sound()


class TestTip:
    def test_is_never_changed_nor_deleted(self, tip: Tip) -> None:
        later = NOON + timedelta(days=1)
        for change in ({"amount": 1}, {"fee": 1}, {"creator": tip.giver}, {"given_at": later}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Tip.objects.filter(pk=tip.pk).update(**change)
        with pytest.raises(IntegrityError), transaction.atomic():
            Tip.objects.filter(pk=tip.pk)._raw_delete("default")


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_the_same_form_twice_is_one_tip(self, wish: Callable[..., Wish], ada: User) -> None:
        answers = at_once(*[lambda: give_tip(wish(), at=timezone.now())] * 4)

        assert {tip.pk for tip in answers} == {Tip.objects.get().pk}
        assert balance(ada, "wallet") == euros(8)

    def test_the_last_money_is_given_once(self, wish: Callable[..., Wish], ada: User) -> None:
        wishes = [wish(amount=euros(6), key=str(number)) for number in range(3)]

        answers = at_once(*[lambda one=one: give_tip(one, at=NOON) for one in wishes])

        assert sorted(type(answer).__name__ for answer in answers) == [
            "Tip",
            "WalletTooLow",
            "WalletTooLow",
        ]
        assert balance(ada, "wallet") == euros(4)

    def test_nothing_goes_to_who_leaves_meanwhile(
        self, wish: Callable[..., Wish], ben: User
    ) -> None:
        given, left = at_once(
            lambda: give_tip(wish(), at=NOON),
            lambda: delete_account(user=ben, at=timezone.now()),
        )

        assert left is None
        assert isinstance(given, Tip | tipping.CreatorUnavailable)
        assert earnings_of(ben, "EUR").balance == 0
        assert sound()

    def test_two_who_tip_each_other_do_not_wait_in_a_circle(
        self, wish: Callable[..., Wish], ada: User, ben: User, pay_in: PayIn
    ) -> None:
        pay_in(ben, 10)
        deeds = []
        for number in range(6):
            there = wish(key=str(number))
            back = wish(key=str(number), giver=ben, creator=ada)
            deeds += [
                lambda one=there: give_tip(one, at=NOON),
                lambda one=back: give_tip(one, at=NOON),
            ]

        answers = at_once(*deeds)

        assert sum(isinstance(answer, Tip) for answer in answers) == 10
        assert sum(isinstance(answer, tipping.WalletTooLow) for answer in answers) == 2
        assert sound()
