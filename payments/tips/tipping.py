"""Giving a tip."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from accounts.mail.contexts import one_line
from accounts.models import User
from accounts.visibility import Visibility
from payments.budgets.holding import NoMeans
from payments.clicking.coming_in import let_in
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.posting import (
    KeyReused,
    NotEnough,
    Posting,
    earnings_of,
    post,
    site_account,
    wallet_of,
)
from payments.money import MICROS, format_trimmed
from payments.settlement.division import fee_of
from payments.tips.mails import tell_of_tip
from payments.tips.models import NOTE_LENGTH, Tip
from things.models import Thing
from things.partitions import PeriodSealed
from things.periods import Period

HOUR = timedelta(hours=1)
# The step in which tips are given, as budgets: a cent.
STEP = MICROS // 100


class TipRefused(Exception):
    """A tip that cannot be given; each reason is a class of its own."""


class OwnTip(TipRefused):
    """Giver and creator are the same."""


class GiverSuspended(TipRefused):
    """The giver is suspended."""


class CreatorUnavailable(TipRefused):
    """The creator is suspended, or has left."""


class ThingNotTheirs(TipRefused):
    """Nobody has claimed the thing, or it is another's, or not active."""


class TipTooSmall(TipRefused):
    """The amount is below the minimum, or nothing of it would be left after the fee."""


class TipNotInCents(TipRefused):
    """The amount is not in whole cents."""


class OtherCurrency(TipRefused):
    """The site does not have the currency."""


class NoteTooLong(TipRefused):
    """The note is longer than NOTE_LENGTH."""


class FeeChanged(TipRefused):
    """The fee is another than the giver was shown."""


class TooManyTips(TipRefused):
    """More tips within an hour than `settings.TIPS_AN_HOUR`."""


class WalletTooLow(TipRefused):
    """So much is not free, in micros of `currency`; `held` is for the running budget."""

    def __init__(self, tip: Tip, wallet: LedgerAccount | None) -> None:
        self.free, self.held = (wallet.free, wallet.held) if wallet else (0, 0)
        self.currency = tip.currency
        super().__init__(
            f"{format_trimmed(tip.amount)} {tip.currency} wanted,"
            f" {format_trimmed(self.free)} free, {format_trimmed(self.held)} held"
        )


def fee_of_tip(amount: int) -> int:
    """The site's part of a tip that is given now, in micros."""
    return fee_of(amount, settings.FEE_BASIS_POINTS)


@dataclass(frozen=True)
class Wish:
    """What somebody wants to give: micros of a currency to a creator, for one of their things.

    It is as visible as said, or as the giver chose for all. `key` makes it one tip, however often
    it is sent.
    """

    giver: User
    creator: User
    amount: int
    currency: str
    key: str
    thing: Thing | None = None
    note: str = ""
    visibility: Visibility | None = None


def plan_tip(wish: Wish, *, at: datetime) -> Tip:
    """What a tip would be if it were given now, with the site's fee of now; nothing is written.

    Raises the refusals of this module.
    """
    tip = _tip(wish, at)
    _check(tip)
    _check_people(tip, [wish.giver, wish.creator])
    _check_pace(tip)
    wallets = LedgerAccount.objects.filter(
        owner=wish.giver, kind=LedgerAccount.Kind.WALLET, currency=wish.currency
    )
    wallet = wallets.first()
    if wallet is None or wallet.free < tip.amount:
        raise WalletTooLow(tip, wallet)
    return tip


def give_tip(wish: Wish, *, at: datetime, fee: int | None = None) -> Tip:
    """Give what is wished, from the wallet; the site's fee of now is taken of it.

    `fee` is what the giver was shown, in micros. The same key again is the same tip; raises
    KeyReused where it was another. Raises the refusals of this module; then nothing has changed.
    What is held for the running budget cannot be given.
    """
    tip = _tip(wish, at)
    earlier = Tip.objects.filter(giver=wish.giver, key=wish.key).first()
    if earlier is not None:
        return _same(earlier, tip)
    _check(tip)
    if fee is not None and fee != tip.fee:
        raise FeeChanged(f"the fee is {format_trimmed(tip.fee)}, not {format_trimmed(fee)}")
    _hold_for_standing_clicks(wish.giver, at)
    with transaction.atomic():
        # Who deletes one of the two accounts locks its row as well: the tip comes before, and is
        # seen, or after, and is refused. In the order of numbers, so that nobody waits in a circle.
        people = User.objects.filter(pk__in=[tip.giver_id, tip.creator_id])
        _check_people(tip, people.select_for_update(no_key=True).order_by("pk"))
        made, fresh = _make(tip)
        if not fresh:
            return _same(made, tip)
        _check_pace(made)
        _post(made)
        tell_of_tip(made)
    return made


def _tip(wish: Wish, at: datetime) -> Tip:
    return Tip(
        giver=wish.giver,
        creator=wish.creator,
        thing=wish.thing,
        amount=wish.amount,
        fee=fee_of_tip(wish.amount),
        currency=wish.currency,
        note=clean_note(wish.note),
        visibility=wish.giver.visibility if wish.visibility is None else wish.visibility,
        key=wish.key,
        given_at=at,
    )


def clean_note(note: str) -> str:
    """A note as it is kept: one line, without control characters and turned directions.

    Raises NoteTooLong.
    """
    straight = one_line(note.replace("\r\n", " "))
    if len(straight) > NOTE_LENGTH:
        raise NoteTooLong(f"the note has {len(straight)} characters, at most {NOTE_LENGTH}")
    return straight


def _check(tip: Tip) -> None:
    """What needs no money and no lock."""
    if tip.giver_id == tip.creator_id:
        raise OwnTip(f"{tip.giver.username} cannot tip themselves")
    if tip.currency not in settings.CURRENCIES:
        raise OtherCurrency(f"{tip.currency} is not a currency of this site")
    if tip.amount < settings.MINIMUM_TIP or tip.fee >= tip.amount:
        raise TipTooSmall(
            f"{format_trimmed(tip.amount)} {tip.currency} is below"
            f" {format_trimmed(settings.MINIMUM_TIP)}"
        )
    if tip.amount % STEP:
        raise TipNotInCents(f"{format_trimmed(tip.amount)} {tip.currency} is not in whole cents")
    thing = tip.thing
    if thing is not None and (
        thing.owner_id != tip.creator_id or thing.state != Thing.State.ACTIVE
    ):
        raise ThingNotTheirs(f"{thing.url} is not an active thing of {tip.creator.username}")


def _hold_for_standing_clicks(giver: User, at: datetime) -> None:
    """They come before everything else that spends, see Note [Before everything else]."""
    with suppress(NoMeans, PeriodSealed):
        let_in(subscriber=giver, period=Period.of(at), at=at)


def _make(tip: Tip) -> tuple[Tip, bool]:
    fields = ("amount", "fee", "currency", "note", "visibility", "given_at", "creator", "thing")
    return Tip.objects.get_or_create(
        giver=tip.giver,
        key=tip.key,
        defaults={name: getattr(tip, name) for name in fields},
    )


def _check_people(tip: Tip, people: Iterable[User]) -> None:
    known = {person.pk: person for person in people}
    giver, creator = known[tip.giver_id], known[tip.creator_id]
    if giver.suspended or not giver.is_active:
        raise GiverSuspended(f"{giver.username} is suspended")
    if creator.suspended or not creator.is_active:
        raise CreatorUnavailable(f"{creator.username} is suspended, or has left")


def _check_pace(tip: Tip) -> None:
    """Not for a form that was sent twice: it is no further tip."""
    lately = Tip.objects.filter(giver=tip.giver_id, given_at__gt=tip.given_at - HOUR)
    if lately.exclude(pk=tip.pk).count() >= settings.TIPS_AN_HOUR:
        raise TooManyTips(f"{tip.giver.username} gave {settings.TIPS_AN_HOUR} tips within an hour")


def _post(tip: Tip) -> None:
    wallet = wallet_of(tip.giver, tip.currency)
    legs = [
        (str(tip), earnings_of(tip.creator, tip.currency), tip.net),
        (f"tip-fee:{tip.pk}", site_account(LedgerAccount.Kind.FEES, tip.currency), tip.fee),
    ]
    postings = [
        Posting(
            key=key,
            kind=Transfer.Kind.TIP,
            debited=wallet,
            credited=credited,
            amount=amount,
            about_at=tip.given_at,
        )
        for key, credited, amount in legs
        if amount
    ]
    try:
        post(postings, posted_at=tip.given_at)
    except NotEnough as refusal:
        wallet.refresh_from_db()
        raise WalletTooLow(tip, wallet) from refusal


def _same(earlier: Tip, asked: Tip) -> Tip:
    content = ("creator_id", "thing_id", "amount", "currency")
    if any(getattr(earlier, name) != getattr(asked, name) for name in content):
        raise KeyReused(f"the key {asked.key} belongs to another tip")
    return earlier
