"""A made-up month of honest people and planted abuse, for the rules that must tell them apart.

Honest people are made as awkward as they are: things are popular by Zipf's law; a quarter of the
readers click three things or fewer, some only one creator's; creators are friends who click each
other, and small circles hardly know anybody else and have few other readers; families, offices and
the networks of mobile phones share an address, and relatives click relatives' things; creators have
just launched and bring crowds of new accounts, two in five of which click nothing else; most pay by
card, and creators ask for payouts as soon as they can.

The planted accounts mix honest clicks into what they do, up to a quarter of their clicks.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from typing import Any

from allauth.usersessions.models import UserSession
from django.db.models import F

from accounts.models import User
from payments.budgets.models import Budget
from payments.clicking.models import ClickAddress
from payments.deposits.models import Deposit
from payments.deposits.models import Way as InWay
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.posting import Posting, outside, post
from payments.money import MICROS
from payments.payouts.models import Payout, PayoutDetails, Way
from things.models import Click, Thing
from things.partitions import ensure_partition
from things.periods import Period

SEPTEMBER = Period(2010, 9)
LONG_AGO = datetime(2009, 12, 1, tzinfo=UTC)
NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
CHUNK = 5_000


@dataclass
class Person:
    """Somebody of the month. `clicks` are numbers of things."""

    name: str
    joined: datetime = LONG_AGO
    email: str | None = None
    euros: int = 0
    by_card: bool = False
    clicks: set[int] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)
    iban: str = ""
    asks_for_payout: bool = False
    agent: str = ""


@dataclass
class Month:
    """People by number, things by their owner's number, and the planted shapes' creators."""

    people: list[Person] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    honest: list[int] = field(default_factory=list)
    planted: dict[str, list[list[int]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, person: Person) -> int:
        self.people.append(person)
        return len(self.people) - 1

    def things_for(self, owner: int, count: int) -> list[int]:
        first = len(self.owners)
        self.owners += [owner] * count
        return list(range(first, first + count))

    @property
    def clicks(self) -> int:
        return sum(len(person.clicks) for person in self.people)


def make_month(*, clicks: int, seed: int = 2010) -> Month:
    """A month of about so many clicks; the same one for the same seed."""
    return _Maker(clicks / 100_000, random.Random(seed)).make()


class _Maker:
    """Makes a month: honest people first, then what is planted among them."""

    def __init__(self, scale: float, chance: random.Random) -> None:
        self.scale, self.chance, self.month = scale, chance, Month()
        self.things: dict[int, list[int]] = {}
        self.popular: list[int] = []
        self.weights: list[float] = []

    def make(self) -> Month:
        self._creators()
        self._readers()
        self._circles()
        self._poets()
        self._places()
        self._launches()
        self._relatives()
        self.month.honest = list(range(len(self.month.people)))
        self._rings()
        self._crowds()
        self._second_accounts()
        self._quick_cards()
        return self.month

    def _times(self, count: int) -> range:
        return range(max(1, round(count * self.scale)))

    # Honest people

    def _person(self, part: str, **what: object) -> int:
        number = len(self.month.people)
        chance = self.chance
        person = Person(
            f"{part}{number}",
            email=f"{part}{number}@mail.example",
            euros=min(100, max(2, round(chance.lognormvariate(1.8, 0.7)))),
            by_card=chance.random() < 0.7,
            addresses={f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"},
            iban=f"DE{number:020}",
            agent=f"browser {min(int(chance.expovariate(0.4)), 12)}",
        )
        for name, value in what.items():
            setattr(person, name, value)
        if part != "reader" or chance.random() < 0.85:
            return self.month.add(person)
        person.joined = SEPTEMBER.starts_at + timedelta(days=chance.randint(-10, 25))
        return self.month.add(person)

    def _creator(self, things: int) -> int:
        number = self._person("creator", asks_for_payout=self.chance.random() < 0.6)
        self.things[number] = self.month.things_for(number, things)
        return number

    def _creators(self) -> None:
        for _ in self._times(1_200):
            self._creator(self.chance.randint(1, 8))
        self.popular = [thing for things in self.things.values() for thing in things]
        self.chance.shuffle(self.popular)
        self.weights = list(accumulate(1 / (rank + 5) for rank in range(len(self.popular))))
        for number in self.things:
            if self.chance.random() < 0.4:
                self._click_popular(number, self.chance.randint(1, 25))

    def _readers(self) -> None:
        for _ in self._times(6_900):
            number, kind = self._person("reader"), self.chance.random()
            if kind < 0.25:
                self._click_popular(number, self.chance.randint(1, 3))
            elif kind < 0.33:
                # Hears one podcast, and gives for its episodes.
                owner = self.month.owners[self._pick()]
                self.month.people[number].clicks |= set(self.things[owner])
            else:
                self._click_popular(number, max(4, round(self.chance.lognormvariate(2.5, 0.7))))

    def _circles(self) -> None:
        """Friends who click each other once; every fifth circle knows hardly anybody else."""
        creators = list(self.things)
        for turn in self._times(120):
            friends = self.chance.sample(creators, self.chance.randint(3, min(12, len(creators))))
            for one in friends:
                for other in friends:
                    if one != other and self.chance.random() < 0.5:
                        self._click_one(one, other)
                if turn % 5 or len(self.month.people[one].clicks) < 2:
                    self._click_popular(one, self.chance.randint(4, 15))

    def _poets(self) -> None:
        """Small circles of people who write for each other, and for a handful of readers."""
        for _ in self._times(50):
            poets = [
                self._creator(self.chance.randint(1, 3)) for _ in range(self.chance.randint(2, 5))
            ]
            for one in poets:
                for other in poets:
                    if one != other:
                        self._click_some(one, other, self.chance.randint(1, 2))
                self._click_popular(one, self.chance.randint(0, 14))
                self._visitors(one, 8)

    def _places(self) -> None:
        """Families, offices, and networks of mobile phones: many behind one address."""
        readers = [n for n, person in enumerate(self.month.people) if n not in self.things]
        self.chance.shuffle(readers)
        pool = iter(readers)
        for turn in self._times(500):
            self._behind(f"192.2.{turn >> 8}.{turn & 255}", islice(pool, self.chance.randint(2, 5)))
        for turn in self._times(40):
            self._behind(f"192.3.0.{turn & 255}", islice(pool, self.chance.randint(8, 30)))
        for turn in self._times(12):
            members = self.chance.sample(readers, min(len(readers), self.chance.randint(40, 200)))
            self._behind(f"192.4.0.{turn & 255}", members)

    def _launches(self) -> None:
        """A new site that is talked about: hundreds join for it, and others come along."""
        readers = [n for n, person in enumerate(self.month.people) if n not in self.things]
        for turn in range(3):
            star = self._creator(6)
            self.month.people[star].joined = SEPTEMBER.starts_at
            crowd = len(self._times(self.chance.randint(150, 300)))
            for _ in range(crowd):
                fan = self._person("fan")
                person = self.month.people[fan]
                person.joined = SEPTEMBER.starts_at + timedelta(days=self.chance.randint(0, 28))
                self._click_some(fan, star, self.chance.randint(1, 5))
                if self.chance.random() < 0.6:
                    self._click_popular(fan, self.chance.randint(1, 12))
                if self.chance.random() < 0.05:
                    # A talk in a hall with one network.
                    person.addresses.add(f"192.6.0.{turn}")
            for reader in self.chance.sample(readers, min(len(readers), crowd // 2)):
                self._click_some(reader, star, 1)

    def _relatives(self) -> None:
        """Families with a creator: they click each other's things, from one sofa."""
        creators = list(self.things)
        for turn in self._times(80):
            creator = self.chance.choice(creators)
            home = f"192.5.0.{turn & 255}"
            self.month.people[creator].addresses.add(home)
            for _ in range(self.chance.randint(1, 3)):
                relative = self._person("relative", addresses={home})
                self._click_some(relative, creator, self.chance.randint(1, 3))
                self._click_popular(relative, self.chance.randint(0, 12))

    # What is planted

    def _rings(self) -> None:
        for _ in self._times(10):
            self._ring("pair", 2, lambda n: {(0, 1), (1, 0)})
        for _ in self._times(8):
            self._ring("triangle", 3, _cycle)
        for _ in self._times(4):
            self._ring("cycle of six", 6, _cycle)
        for _ in self._times(6):
            self._ring(
                "clique of five",
                5,
                lambda n: {(a, b) for a in range(n) for b in range(n) if a != b},
            )
        for _ in self._times(4):
            self._ring("hub and five", 6, lambda n: {(0, b) for b in range(1, n)} | _to_hub(n))
        for _ in self._times(3):
            self._ring("sparse group of twenty", 20, self._sparse)
        for _ in self._times(4):
            self._ring("pair that hides behind honest clicks", 2, _cycle, cover=0.55)

    def _sparse(self, members: int) -> set[tuple[int, int]]:
        others = {one: [b for b in range(members) if b != one] for one in range(members)}
        return {(one, b) for one in others for b in self.chance.sample(others[one], 6)}

    def _ring(self, shape: str, size: int, edges: object, cover: float = 0.25) -> None:
        members = [self._planted("ring", things=4) for _ in range(size)]
        for giver, creator in edges(size):  # type: ignore[operator]
            self._click_some(members[giver], members[creator], self.chance.randint(3, 4))
        for member in members:
            self._cover(member, cover)
        self.month.planted[shape].append(members)

    def _crowds(self) -> None:
        for _ in self._times(6):
            lord = self._planted("lord", things=5)
            for _ in range(self.chance.randint(12, 40)):
                joined = SEPTEMBER.starts_at + timedelta(days=self.chance.randint(-7, 20))
                self._fan_of(lord, joined=joined)
            self.month.planted["fans made for one creator"].append([lord])
        for turn in self._times(6):
            lord = self._planted("lord", things=5)
            for _ in range(self.chance.randint(6, 15)):
                fan = self._fan_of(lord)
                self.month.people[fan].addresses = {f"172.16.{turn}.1"}
            self.month.planted["old accounts at one address"].append([lord])

    def _second_accounts(self) -> None:
        for turn in self._times(12):
            creator = self._planted("self", things=5)
            me = self.month.people[creator]
            other = self._fan_of(creator)
            second = self.month.people[other]
            match turn % 3:
                case 0:
                    second.email = (me.email or "").replace("@", "+2@")
                case 1:
                    second.iban = me.iban
                case 2:
                    second.addresses, second.agent = set(me.addresses), me.agent
                    if turn % 2:
                        # The clicks of one's own tell the address; without any, the sessions do.
                        self._click_popular(creator, 4)
            if turn % 3 != 2:
                self._visitors(creator, 3)
            self.month.planted["second account"].append([creator])

    def _quick_cards(self) -> None:
        for _ in self._times(5):
            mule = self._planted("mule", things=5, asks_for_payout=True)
            for _ in range(self.chance.randint(1, 4)):
                euros = self.chance.choice([100, 200, 500])
                self._fan_of(mule, euros=euros, by_card=True)
            self._visitors(mule, 3)
            self.month.planted["stolen cards"].append([mule])

    def _planted(self, part: str, *, things: int, **what: object) -> int:
        number = self._person(part, **what)
        self.things[number] = self.month.things_for(number, things)
        return number

    def _fan_of(self, creator: int, **what: object) -> int:
        fan = self._person("fan", **what)
        self._click_some(fan, creator, 5)
        if self.chance.random() < 0.5:
            self._click_popular(fan, 1)
        return fan

    def _visitors(self, creator: int, most: int) -> None:
        """A few honest readers stray here."""
        people = self.month.honest or range(len(self.month.people))
        for number in self.chance.sample(people, self.chance.randint(0, most)):
            if number == creator:
                continue
            self._click_some(number, creator, 1)

    def _cover(self, member: int, part: float) -> None:
        bad = len(self.month.people[member].clicks)
        self._click_popular(member, int(bad * self.chance.uniform(part * 0.6, part) / (1 - part)))

    # Clicking

    def _pick(self) -> int:
        return self.chance.choices(self.popular, cum_weights=self.weights)[0]

    def _click_popular(self, number: int, count: int) -> None:
        own = set(self.things.get(number, ()))
        chosen = self.chance.choices(self.popular, cum_weights=self.weights, k=count)
        self.month.people[number].clicks |= set(chosen) - own

    def _click_one(self, giver: int, creator: int) -> None:
        self.month.people[giver].clicks.add(self.chance.choice(self.things[creator]))

    def _click_some(self, giver: int, creator: int, count: int) -> None:
        things = self.things[creator]
        self.month.people[giver].clicks |= set(self.chance.sample(things, min(count, len(things))))

    def _behind(self, address: str, members: Iterable[int]) -> None:
        for number in members:
            self.month.people[number].addresses = {address}


def _cycle(members: int) -> set[tuple[int, int]]:
    return {(one, (one + 1) % members) for one in range(members)}


def _to_hub(members: int) -> set[tuple[int, int]]:
    return {(one, 0) for one in range(1, members)}


# Writing it down


def write_month(month: Month) -> list[User]:
    """Write the month as the rules read it. Returns the users, by the people's numbers."""
    ensure_partition(SEPTEMBER)
    users = User.objects.bulk_create(
        [User(username=p.name, email=p.email, date_joined=p.joined) for p in month.people], CHUNK
    )
    things = Thing.objects.bulk_create(
        [
            Thing(url=f"https://made.example/{number}", owner=users[owner])
            for number, owner in enumerate(month.owners)
        ],
        CHUNK,
    )
    _write_money(month, users)
    Click.objects.bulk_create(
        (
            Click(period=SEPTEMBER, subscriber=user, thing=things[thing], clicked_at=NOON)
            for person, user in zip(month.people, users, strict=True)
            for thing in sorted(person.clicks)
        ),
        CHUNK,
    )
    _write_signs(month, users)
    return users


def _write_money(month: Month, users: Sequence[User]) -> None:
    givers = [(p, user) for p, user in zip(month.people, users, strict=True) if p.clicks]
    wallets = LedgerAccount.objects.bulk_create(
        [LedgerAccount(owner=user, kind="wallet", currency="EUR") for _p, user in givers], CHUNK
    )
    paid = list(zip(givers, wallets, strict=True))
    for some in _chunks(paid):
        transfers = post(
            [
                Posting(
                    key=f"deposit:{user.pk}",
                    kind=Transfer.Kind.DEPOSIT,
                    debited=outside("card" if p.by_card else "bank", "EUR"),
                    credited=wallet,
                    amount=p.euros * MICROS,
                    about_at=NOON,
                )
                for (p, user), wallet in some
            ],
            posted_at=NOON,
        )
        Deposit.objects.bulk_create(
            Deposit(
                subscriber=user,
                wallet=wallet,
                way=InWay.CARD if p.by_card else InWay.BANK,
                amount=p.euros * MICROS,
                currency="EUR",
                state=Deposit.State.ARRIVED,
                key=f"deposit:{user.pk}",
                begun_at=NOON,
                arrived_at=NOON,
                transfer=transfer,
            )
            for ((p, user), wallet), transfer in zip(some, transfers, strict=True)
        )
    Budget.objects.bulk_create(
        [
            Budget(
                period=SEPTEMBER,
                subscriber=user,
                wallet=wallet,
                amount=p.euros * MICROS,
                currency="EUR",
                held_at=NOON,
            )
            for (p, user), wallet in paid
        ],
        CHUNK,
    )
    LedgerAccount.objects.filter(kind="wallet").update(held=F("balance"))


def _write_signs(month: Month, users: Sequence[User]) -> None:
    known = list(zip(month.people, users, strict=True))
    ClickAddress.objects.bulk_create(
        [
            ClickAddress(subscriber=user, period=SEPTEMBER, digest=address.encode()[:16])
            for p, user in known
            if p.clicks
            for address in sorted(p.addresses)
        ],
        CHUNK,
    )
    UserSession.objects.bulk_create(
        [
            UserSession(
                user=user,
                ip=sorted(p.addresses)[0],
                user_agent=p.agent,
                session_key=f"made-up-{number}",
                created_at=NOON,
                last_seen_at=NOON,
            )
            for number, (p, user) in enumerate(known)
        ],
        CHUNK,
    )
    PayoutDetails.objects.bulk_create(
        [
            PayoutDetails(
                owner=user,
                way=Way.SEPA,
                sealed=b"",
                fingerprint=p.iban.encode(),
                hint="DE",
                entered_at=LONG_AGO,
                usable_at=LONG_AGO,
            )
            for p, user in known
        ],
        CHUNK,
    )
    asked = SEPTEMBER.ends_at + timedelta(days=9)
    Payout.objects.bulk_create(
        [
            Payout(
                owner=user,
                way=Way.SEPA,
                amount=5 * MICROS,
                currency="EUR",
                key="made up",
                requested_at=asked,
                changed_at=asked,
            )
            for p, user in known
            if p.asks_for_payout
        ],
        CHUNK,
    )


def _chunks(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))


# What the rules made of it


@dataclass(frozen=True)
class Verdict:
    """How many of each planted shape were found (all of its members), and of the honest marked."""

    recall: dict[str, tuple[int, int]]
    honest: int
    honest_creators: int
    marked: dict[str, int]

    @property
    def marked_share(self) -> float:
        """The honest accounts that some rule marked, of all honest accounts."""
        return self.marked["all"] / self.honest


def judge(month: Month, users: Sequence[User], found: dict[str, set[int]]) -> Verdict:
    """Compare what each rule found, by the users' numbers, with what was planted."""
    numbers = {user.pk: number for number, user in enumerate(users)}
    by_rule = {rule: {numbers[pk] for pk in pks} for rule, pks in found.items()}
    everybody = set().union(*by_rule.values())
    honest = set(month.honest)
    marked = {rule: len(some & honest) for rule, some in by_rule.items()}
    return Verdict(
        recall={
            shape: (sum(set(members) <= everybody for members in groups), len(groups))
            for shape, groups in month.planted.items()
        },
        honest=len(honest),
        honest_creators=len(honest & set(month.owners)),
        marked={**marked, "all": len(everybody & honest)},
    )
