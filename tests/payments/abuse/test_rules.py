"""What each rule finds, and what it lets be. September 2010; a small case for each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import User
from payments.abuse.finding import find
from payments.abuse.models import AbuseRule
from payments.clicking.exclusions.excluding import exclude_click, exclude_thing, undo_exclusion
from payments.clicking.models import ClickAddress
from payments.deposits.models import Deposit
from payments.ledger.models import Transfer
from payments.payouts.models import Payout, PayoutDetails, Way
from payments.tips.models import Tip
from things.models import Click, Thing
from things.partitions import ensure_partition
from things.periods import Period

People = Callable[..., list[User]]
Clicks = Callable[..., None]
Rule = Callable[[AbuseRule.Kind], AbuseRule]
Kind = AbuseRule.Kind

SEPTEMBER = Period(2010, 9)
LONG_AGO = datetime(2009, 1, 1, tzinfo=UTC)
NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)


def names(rule: AbuseRule) -> set[str]:
    found = [one.creator for one in find(rule, period=SEPTEMBER)]
    return set(User.objects.filter(pk__in=found).values_list("username", flat=True))


class TestRing:
    def test_finds_two_who_give_to_each_other(
        self, people: People, clicks: Clicks, rule: Rule
    ) -> None:
        a, b, other = people("a", "b", "other")
        clicks(a, {b: 4, other: 1})
        clicks(b, {a: 4, other: 1})

        assert names(rule(Kind.RING)) == {"a", "b"}

    def test_finds_a_cycle_in_which_nobody_gives_back(
        self, people: People, clicks: Clicks, rule: Rule
    ) -> None:
        members = people("a", "b", "c", "d", "e")
        for giver, creator in zip(members, members[1:] + members[:1], strict=True):
            clicks(giver, {creator: 3})

        assert names(rule(Kind.RING)) == {"a", "b", "c", "d", "e"}

    def test_lets_friends_be_who_click_each_other_among_others(
        self, people: People, clicks: Clicks, rule: Rule
    ) -> None:
        a, b, c, d = people("a", "b", "c", "d")
        clicks(a, {b: 3, c: 5})
        clicks(b, {a: 3, d: 5})

        assert names(rule(Kind.RING)) == set()

    def test_lets_those_be_whom_others_give_most(
        self, people: People, clicks: Clicks, rule: Rule
    ) -> None:
        a, b, fan = people("a", "b", "fan")
        clicks(a, {b: 4})
        clicks(b, {a: 4})
        clicks(fan, {a: 5, b: 5}, euros=30)

        assert names(rule(Kind.RING)) == set()

    def test_peels_off_who_only_gives_to_the_ring(
        self, people: People, clicks: Clicks, rule: Rule
    ) -> None:
        a, b, fan = people("a", "b", "fan")
        clicks(a, {b: 5})
        clicks(b, {a: 5})
        clicks(fan, {a: 3}, euros=2)

        assert names(rule(Kind.RING)) == {"a", "b"}

    def test_asks_for_the_clicks_that_the_rule_says(
        self, people: People, clicks: Clicks, rule: Rule
    ) -> None:
        a, b = people("a", "b")
        clicks(a, {b: 4})
        clicks(b, {a: 4})
        ring = rule(Kind.RING)
        ring.least_clicks = 5

        assert names(ring) == set()

    def test_says_how_much_of_what(self, people: People, clicks: Clicks, rule: Rule) -> None:
        a, b, other = people("a", "b", "other")
        clicks(a, {b: 4, other: 1})
        clicks(b, {a: 4})

        found = find(rule(Kind.RING), period=SEPTEMBER)

        of_b = next(one for one in found if one.creator == b.pk)
        assert of_b.figures["amount"] == 4_000_000
        assert of_b.figures["given_percent"] == 100
        assert [(one.giver, one.clicks, one.amount) for one in of_b.givers] == [
            (a.pk, 4, 4_000_000)
        ]

    def test_reads_the_shares_of_a_settled_month(
        self,
        people: People,
        clicks: Clicks,
        rule: Rule,
        settle: Callable[..., object],
    ) -> None:
        a, b = people("a", "b")
        clicks(a, {b: 3})
        clicks(b, {a: 3})
        settle()

        found = find(rule(Kind.RING), period=SEPTEMBER)

        # 5 EUR by three clicks: 1.666666 each, and a remainder that nobody got.
        assert [one.figures["amount"] for one in found] == [4_999_998, 4_999_998]


class TestNewAccounts:
    def crowd(self, people: People, clicks: Clicks, joined: datetime, *others: User) -> None:
        (creator,) = people("creator")
        for fan in people(*(f"fan{n}" for n in range(8)), date_joined=joined):
            clicks(fan, {creator: 4, **dict.fromkeys(others, 2)})

    def test_finds_many_new_ones_that_give_to_one(
        self, people: People, clicks: Clicks, rule: Rule
    ) -> None:
        self.crowd(people, clicks, SEPTEMBER.starts_at - timedelta(days=10))

        assert names(rule(Kind.NEW_ACCOUNTS)) == {"creator"}

    def test_lets_old_accounts_be(self, people: People, clicks: Clicks, rule: Rule) -> None:
        self.crowd(people, clicks, SEPTEMBER.starts_at - timedelta(days=15))

        assert names(rule(Kind.NEW_ACCOUNTS)) == set()

    def test_lets_new_ones_be_who_look_around(
        self, people: People, clicks: Clicks, rule: Rule
    ) -> None:
        self.crowd(people, clicks, SEPTEMBER.starts_at, *people("other"))

        assert names(rule(Kind.NEW_ACCOUNTS)) == set()

    def test_lets_creators_be_whom_others_give_too(
        self, people: People, clicks: Clicks, rule: Rule
    ) -> None:
        self.crowd(people, clicks, SEPTEMBER.starts_at)
        creator = User.objects.get(username="creator")
        for reader in people(*(f"reader{n}" for n in range(8)), date_joined=LONG_AGO):
            clicks(reader, {creator: 1})

        assert names(rule(Kind.NEW_ACCOUNTS)) == set()


class TestOneAddress:
    def crowd(self, people: People, clicks: Clicks, number: int, digest: str = "{}") -> User:
        (creator,) = people("creator")
        for n, fan in enumerate(people(*(f"fan{n}" for n in range(number)))):
            clicks(fan, {creator: 3})
            ClickAddress.objects.create(
                subscriber=fan, period=SEPTEMBER, digest=digest.format(n).encode()
            )
        return creator

    def test_finds_many_at_one_who_give_to_one(
        self, people: People, clicks: Clicks, rule: Rule
    ) -> None:
        self.crowd(people, clicks, 5, "here")

        assert names(rule(Kind.ONE_ADDRESS)) == {"creator"}

    @pytest.mark.parametrize(("number", "digest"), [(4, "here"), (9, "{}")])
    def test_lets_families_be_and_those_elsewhere(
        self, people: People, clicks: Clicks, rule: Rule, number: int, digest: str
    ) -> None:
        self.crowd(people, clicks, number, digest)

        assert names(rule(Kind.ONE_ADDRESS)) == set()

    def test_lets_a_crowd_be_that_likes_different_things(
        self, people: People, clicks: Clicks, rule: Rule
    ) -> None:
        creators = people("one", "two", "three")
        for n, reader in enumerate(people(*(f"reader{n}" for n in range(9)))):
            clicks(reader, {creators[n % 3]: 3})
            ClickAddress.objects.create(subscriber=reader, period=SEPTEMBER, digest=b"office")

        assert names(rule(Kind.ONE_ADDRESS)) == set()


class TestSecondAccount:
    @pytest.mark.parametrize(
        ("mine", "second", "same"),
        [
            ("ben@mail.example", "ben+shop@mail.example", True),
            ("b.en@gmail.com", "ben@googlemail.com", True),
            ("b.en@mail.example", "ben@mail.example", False),
            ("ben@mail.example", "ben@other.example", False),
        ],
    )
    def test_knows_a_mailbox_by_what_it_is(
        self, people: People, clicks: Clicks, rule: Rule, mine: str, second: str, same: bool
    ) -> None:
        (ben,) = people("ben", email=mine)
        (other,) = people("other", email=second)
        clicks(other, {ben: 3})

        assert names(rule(Kind.SECOND_ACCOUNT)) == ({"ben"} if same else set())

    def test_knows_an_account_for_payouts(self, people: People, clicks: Clicks, rule: Rule) -> None:
        ben, other = people("ben", "other")
        clicks(other, {ben: 3})
        for owner in (ben, other):
            PayoutDetails.objects.create(
                owner=owner,
                way=Way.SEPA,
                sealed=b"",
                fingerprint=b"same",
                hint="DE",
                entered_at=NOON,
                usable_at=NOON,
            )

        found = find(rule(Kind.SECOND_ACCOUNT), period=SEPTEMBER)

        assert [one.figures["signs"] for one in found] == [["payout"]]

    @pytest.mark.parametrize(("strangers", "found"), [(1, {"ben"}), (2, set())])
    def test_takes_an_address_for_a_sign_only_where_most_comes_from_it(
        self, people: People, clicks: Clicks, rule: Rule, strangers: int, found: set[str]
    ) -> None:
        ben, other = people("ben", "other")
        clicks(other, {ben: 3})
        for stranger in people(*(f"stranger{n}" for n in range(strangers))):
            clicks(stranger, {ben: 3})
        for owner in (ben, other):
            ClickAddress.objects.create(subscriber=owner, period=SEPTEMBER, digest=b"home")

        assert names(rule(Kind.SECOND_ACCOUNT)) == found


class TestQuickCard:
    def card(self, giver: User, wallet: object, at: datetime = NOON) -> None:
        transfer = Transfer.objects.filter(credited=wallet).latest("pk")
        Deposit.objects.create(
            subscriber=giver,
            wallet=wallet,
            way="card",
            amount=60_000_000,
            currency="EUR",
            state="arrived",
            key=f"card:{giver.pk}",
            begun_at=at,
            arrived_at=at,
            transfer=transfer,
        )

    def give_by_card(self, people: People, clicks: Clicks, at: datetime = NOON) -> User:
        mule, thief = people("mule", "thief")
        clicks(thief, {mule: 3}, euros=60)
        self.card(thief, thief.budgets.get().wallet, at)
        return mule

    def test_finds_card_money_that_is_asked_for_at_once(
        self,
        people: People,
        clicks: Clicks,
        rule: Rule,
        ask_for_payout: Callable[..., Payout],
    ) -> None:
        ask_for_payout(self.give_by_card(people, clicks))

        assert names(rule(Kind.QUICK_CARD)) == {"mule"}

    def test_finds_it_in_tips(
        self,
        people: People,
        pay_in: Callable[..., object],
        rule: Rule,
        ask_for_payout: Callable[..., Payout],
    ) -> None:
        mule, thief = people("mule", "thief")
        ensure_partition(SEPTEMBER)
        self.card(thief, pay_in(thief, 60))
        Tip.objects.create(
            giver=thief,
            creator=mule,
            amount=60_000_000,
            fee=6_000_000,
            currency="EUR",
            key="tip",
            given_at=NOON,
        )
        ask_for_payout(mule, NOON)

        assert names(rule(Kind.QUICK_CARD)) == {"mule"}

    def test_lets_those_be_who_wait(
        self,
        people: People,
        clicks: Clicks,
        rule: Rule,
        ask_for_payout: Callable[..., Payout],
    ) -> None:
        ask_for_payout(self.give_by_card(people, clicks), SEPTEMBER.ends_at + timedelta(days=14))

        assert names(rule(Kind.QUICK_CARD)) == set()

    def test_lets_money_be_that_was_there_before(
        self,
        people: People,
        clicks: Clicks,
        rule: Rule,
        ask_for_payout: Callable[..., Payout],
    ) -> None:
        long_before = SEPTEMBER.starts_at - timedelta(days=15)
        ask_for_payout(self.give_by_card(people, clicks, long_before))

        assert names(rule(Kind.QUICK_CARD)) == set()


class TestFind:
    def test_changes_nothing_and_asks_once(
        self,
        people: People,
        clicks: Clicks,
        rule: Rule,
        django_assert_num_queries: Callable[..., object],
    ) -> None:
        a, b = people("a", "b")
        clicks(a, {b: 4})
        clicks(b, {a: 4})
        ring = rule(Kind.RING)

        # Beside the statement: a savepoint, the memory that it may use, and the savepoint's end.
        with django_assert_num_queries(4):  # type: ignore[attr-defined]
            find(ring, period=SEPTEMBER)

        assert Click.objects.count() == 8

    @pytest.mark.parametrize("kind", Kind)
    def test_finds_nobody_in_a_month_without_clicks(self, rule: Rule, kind: Kind) -> None:
        ensure_partition(SEPTEMBER)

        assert find(rule(kind), period=SEPTEMBER) == []


class TestExcluded:
    """What staff left out of the month is left out by the rules too."""

    def exclude(self, thing: Thing, by: User, subscriber: User | None = None) -> int:
        if subscriber is None:
            made = exclude_thing(period=SEPTEMBER, thing=thing, reason="seen", by=by, at=NOON)
        else:
            made = exclude_click(
                period=SEPTEMBER,
                subscriber=subscriber,
                thing=thing,
                reason="seen",
                by=by,
                at=NOON,
            )
        return made.pk

    @pytest.fixture
    def ring(self, people: People, clicks: Clicks) -> list[User]:
        a, b = people("a", "b")
        clicks(a, {b: 4})
        clicks(b, {a: 4})
        return [a, b]

    def test_excluded_things_make_no_ring(self, ring: list[User], olga: User, rule: Rule) -> None:
        for thing in Thing.objects.filter(owner=ring[0]):
            self.exclude(thing, olga)

        assert names(rule(Kind.RING)) == set()

    def test_excluded_clicks_make_no_ring(self, ring: list[User], olga: User, rule: Rule) -> None:
        for click in Click.objects.filter(subscriber=ring[0]):
            self.exclude(click.thing, olga, ring[0])

        assert names(rule(Kind.RING)) == set()

    def test_what_takes_part_again_is_found_again(
        self, ring: list[User], olga: User, rule: Rule
    ) -> None:
        made = [self.exclude(thing, olga) for thing in Thing.objects.filter(owner=ring[0])]
        for number in made:
            undo_exclusion(exclusion_id=number, by=olga, at=NOON)

        assert names(rule(Kind.RING)) == {"a", "b"}

    def test_an_exclusion_of_another_month_changes_nothing(
        self, ring: list[User], olga: User, rule: Rule
    ) -> None:
        for thing in Thing.objects.filter(owner=ring[0]):
            exclude_thing(period=Period(2010, 8), thing=thing, reason="seen", by=olga, at=NOON)

        assert names(rule(Kind.RING)) == {"a", "b"}

    def test_the_budget_is_divided_among_the_others(
        self, ring: list[User], olga: User, rule: Rule
    ) -> None:
        a, b = ring
        self.exclude(Thing.objects.filter(owner=b).earliest("pk"), olga, a)

        found = find(rule(Kind.RING), period=SEPTEMBER)

        of_b = next(one for one in found if one.creator == b.pk)
        assert [(one.giver, one.clicks, one.amount) for one in of_b.givers] == [
            (a.pk, 3, 3 * 1_666_666)
        ]

    def test_addresses_and_fans_are_counted_without_them(
        self, people: People, clicks: Clicks, olga: User, rule: Rule
    ) -> None:
        (creator,) = people("creator")
        for fan in people(*(f"fan{n}" for n in range(8)), date_joined=SEPTEMBER.starts_at):
            clicks(fan, {creator: 3})
            ClickAddress.objects.create(subscriber=fan, period=SEPTEMBER, digest=b"here")
        found = [names(rule(kind)) for kind in (Kind.NEW_ACCOUNTS, Kind.ONE_ADDRESS)]
        for thing in Thing.objects.filter(owner=creator):
            self.exclude(thing, olga)

        left = [names(rule(kind)) for kind in (Kind.NEW_ACCOUNTS, Kind.ONE_ADDRESS)]

        assert found == [{"creator"}, {"creator"}]
        assert left == [set(), set()]
