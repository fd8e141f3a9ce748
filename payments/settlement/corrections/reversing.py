"""What goes back where shares of a settled period are taken back: arithmetic and postings.

The share goes back to the giver whole. The creator gives back the net, the site its fee: for each
creator and currency the fee of what is left of the gross, rounded down as the month end did, is
taken from the fee so far. So a creator whose every click goes back is at zero, in however many
steps, and the account between givers and creators is empty after each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from payments.budgets.models import Budget
from payments.clicking.exclusions.asking import is_excluded
from payments.ledger.models import Transfer
from payments.ledger.posting import Posting, correction
from payments.money import BASIS_POINTS
from payments.settlement.corrections.models import Correction, ReversedClick
from payments.settlement.models import CreatorEarnings, Settlement, ThingEarnings
from things.models import Click
from things.periods import Period


class NotSettled(Exception):
    """The period has no settlement that has ended: nothing of it was given yet."""


class NothingToTakeBack(Exception):
    """No click that counted, and was not taken back before, is what the correction names."""


def fee_of(gross: int, basis_points: int) -> int:
    """The fee of a gross, in micros, rounded down as by the month end."""
    return gross * basis_points // BASIS_POINTS


def clicks_of(proposed: Correction) -> list[ReversedClick]:
    """The clicks of a correction that still can go back, with their shares, in order.

    Raises NotSettled and NothingToTakeBack. Four queries.
    """
    period = proposed.period
    settlement = Settlement.objects.filter(period=period, settled_at__isnull=False).first()
    if settlement is None:
        raise NotSettled(f"{period} is not settled")
    clicks = Click.objects.in_period(period)
    if proposed.subscriber_id is not None:
        clicks = clicks.filter(subscriber=proposed.subscriber_id)
    if proposed.thing_id is not None:
        clicks = clicks.filter(thing=proposed.thing_id)
    clicks = clicks.exclude(subscriber__in=settlement.left_out_subscribers).exclude(
        thing__in=settlement.left_out_things
    )
    clicks = clicks.exclude(is_excluded(period))
    pairs = list(
        clicks.order_by("subscriber_id", "thing_id").values_list("subscriber_id", "thing_id")
    )
    found = list(_with_shares(proposed, pairs))
    if not found:
        raise NothingToTakeBack(f"nothing of it was given in {period}, or all of it went back")
    return found


def postings_of(
    clicks: Sequence[ReversedClick], *, number: int, basis_points: int, at: datetime
) -> list[Posting]:
    """The mirror transfers that take the shares of clicks of one period back.

    `number` is that of the correction; it is in the keys. Givers first, then creators, then fees.
    """
    back = _Back.of(clicks)
    period = clicks[0].period
    fees = {
        (creator, currency): _fee_back(period, creator, currency, gross, basis_points)
        for (creator, currency), gross in back.by_creator.items()
    }
    by_key: dict[str, int] = {}
    for (subscriber, _currency), amount in sorted(back.by_giver.items()):
        by_key[f"share:{period}:{subscriber}"] = amount
    for (creator, currency), gross in sorted(back.by_creator.items()):
        by_key[f"earning:{period}:{creator}:{currency}"] = gross - fees[creator, currency]
    for currency in sorted({currency for _creator, currency in fees}):
        by_key[f"fee:{period}:{currency}"] = sum(
            fee for (_creator, of), fee in fees.items() if of == currency
        )
    originals = Transfer.objects.select_related("debited", "credited").in_bulk(
        list(by_key), field_name="key"
    )
    return [
        correction(originals[key], key=f"correction:{number}:{key}", about_at=at, amount=amount)
        for key, amount in by_key.items()
        if amount
    ]


@dataclass
class _Back:
    """What goes back, in micros, by giver and by creator, each with the currency."""

    by_giver: dict[tuple[int, str], int]
    by_creator: dict[tuple[int, str], int]

    @classmethod
    def of(cls, clicks: Sequence[ReversedClick]) -> _Back:
        back = cls(defaultdict(int), defaultdict(int))
        for click in clicks:
            back.by_giver[click.subscriber_id, click.currency] += click.share
            back.by_creator[click.creator_id, click.currency] += click.share
        return back


def _with_shares(proposed: Correction, pairs: list[tuple[int, int]]) -> Iterator[ReversedClick]:
    period = proposed.period
    gone = set(
        ReversedClick.objects.filter(
            period=period, subscriber__in={subscriber for subscriber, _thing in pairs}
        ).values_list("subscriber_id", "thing_id")
    )
    budgets = {
        budget.subscriber_id: budget
        for budget in Budget.objects.in_period(period).filter(
            subscriber__in={subscriber for subscriber, _thing in pairs}
        )
    }
    creators = {
        (row.thing_id, row.currency): row.creator_id
        for row in ThingEarnings.objects.filter(
            period=period, thing__in={thing for _subscriber, thing in pairs}
        )
    }
    for subscriber, thing in pairs:
        budget = budgets.get(subscriber)
        if budget is None or not budget.share or (subscriber, thing) in gone:
            continue
        yield ReversedClick(
            correction=proposed,
            period=period,
            subscriber_id=subscriber,
            thing_id=thing,
            creator_id=creators[thing, budget.currency],
            currency=budget.currency,
            share=budget.share,
        )


def _fee_back(period: Period, creator: int, currency: str, gross: int, basis_points: int) -> int:
    earned = CreatorEarnings.objects.get(period=period, creator=creator, currency=currency)
    before = ReversedClick.objects.filter(period=period, creator=creator, currency=currency)
    left = earned.gross - int(before.aggregate(total=Sum("share", default=0))["total"])
    return fee_of(left, basis_points) - fee_of(left - gross, basis_points)
