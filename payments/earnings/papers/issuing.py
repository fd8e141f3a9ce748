"""Issuing statements of earnings: of settled months, each under a number of its own."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from accounts.models import User
from payments.earnings.papers.models import BillingDetails, EarningsPaper
from payments.money import BASIS_POINTS
from payments.payouts.models import Payout, PayoutStep
from payments.payouts.regiving import put_into_giving_so_far
from payments.settlement.models import CreatorEarnings, Settlement
from payments.tips.sums import tips_by_month
from things.periods import Period

# This project's advisory lock on the numbers of papers: they have no gaps.
_NUMBERS = 0x0BE0

# Ten years, as an accountant may want them.
MOST_MONTHS = 120


class PaperRefused(Exception):
    """A statement that cannot be issued; each reason is a class of its own."""


class NotARange(PaperRefused):
    """The months are in the wrong order, or too many."""


class MonthsOpen(PaperRefused):
    """A month of the range is not settled, so its figures are not final."""


class NothingInRange(PaperRefused):
    """The creator neither earned nor was paid anything in the range."""


def issue_paper(
    *, creator: User, first: Period, last: Period, currency: str, at: datetime
) -> EarningsPaper:
    """The statement of a creator's settled months from `first` to `last`, both included.

    Asked for again it is the same paper, until its figures, the details at its head or the
    creator's language change: then it is a new one under a new number, which says which it
    replaces. Raises NotARange, MonthsOpen or NothingInRange. Takes the lock of the numbers.
    """
    _check_range(first, last)
    figures = _figures(creator, first, last, currency)
    details = _details(creator)
    fingerprint = _fingerprint(figures, details, creator.language)
    with transaction.atomic():
        _lock_numbers()
        papers = EarningsPaper.objects.filter(creator=creator)
        same = papers.filter(fingerprint=fingerprint).first()
        if same is not None:
            return same
        earlier = papers.filter(first_period=first, last_period=last, currency=currency)
        replaced = earlier.order_by("-number").first()
        return EarningsPaper.objects.create(
            number=_next_number(),
            creator=creator,
            first_period=first,
            last_period=last,
            currency=currency,
            language=creator.language,
            issued_at=at,
            figures=figures | {"replaces": replaced.title if replaced else ""},
            details=details,
            fingerprint=fingerprint,
        )


def keep_billing_details(
    *, owner: User, legal_name: str, address: str, tax_number: str
) -> BillingDetails:
    """Keep what stands at the head of a creator's statements from the next one on."""
    details, _made = BillingDetails.objects.update_or_create(
        owner=owner,
        defaults={"legal_name": legal_name, "address": address, "tax_number": tax_number},
    )
    return details


def _check_range(first: Period, last: Period) -> None:
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if not 0 < months <= MOST_MONTHS:
        raise NotARange(f"{first} to {last} is no range of 1 to {MOST_MONTHS} months")


def _figures(creator: User, first: Period, last: Period, currency: str) -> dict[str, Any]:
    """What the statement says, amounts in micros. Raises the refusals."""
    earned = CreatorEarnings.objects.filter(
        creator=creator, currency=currency, period__gte=first, period__lte=last
    )
    _check_settled(first, last)
    months = [
        {
            "period": str(month.period),
            "clicks": month.clicks,
            "gross": month.gross,
            "fee": month.fee,
            "net": month.net,
        }
        for month in earned.order_by("period")
    ]
    payouts = [
        {
            "at": step.at.isoformat(),
            "payout": step.payout.end_to_end_id,
            "amount": step.payout.amount,
        }
        for step in _paid(creator, first, last, currency)
    ]
    further = _tips(creator, first, last, currency) | _regiven(creator, first, last, currency)
    if not months and not payouts and not further:
        raise NothingInRange(f"{creator.username}: nothing in {currency} from {first} to {last}")
    fee = sum(month.fee for month in earned)
    by_tips = sum(month["fee"] for month in further.get("tips", []))
    return further | {
        "first": str(first),
        "last": str(last),
        "currency": currency,
        "months": months,
        "clicks": sum(month.clicks for month in earned),
        "gross": sum(month.gross for month in earned),
        "fee": fee,
        "net": sum(month.net for month in earned),
        "vat_basis_points": settings.VAT_BASIS_POINTS,
        "vat": vat_in(max(fee + by_tips, 0), settings.VAT_BASIS_POINTS),
        "vat_number": settings.VAT_NUMBER,
        "payouts": payouts,
    }


def _tips(creator: User, first: Period, last: Period, currency: str) -> dict[str, Any]:
    """What tips brought, by month; nothing where there were none, so that old papers stay."""
    months = [
        {
            "period": str(month.period),
            "number": month.number,
            "gross": month.gross,
            "fee": month.fee,
            "net": month.net,
        }
        for month in tips_by_month(creator, first=first, last=last)
        if month.currency == currency
    ]
    return {"tips": months} if months else {}


def _regiven(creator: User, first: Period, last: Period, currency: str) -> dict[str, Any]:
    """What went into giving, likewise."""
    transfers = put_into_giving_so_far(creator).filter(
        currency=currency, about_at__gte=first.starts_at, about_at__lt=last.ends_at
    )
    steps = [
        {"at": transfer.about_at.isoformat(), "amount": transfer.amount}
        for transfer in transfers.order_by("about_at", "pk")
    ]
    return {"regiven": steps} if steps else {}


def vat_in(fee: int, basis_points: int) -> int:
    """The VAT that a fee contains, in micros, rounded down: the fee is what the creator bears."""
    return fee * basis_points // (BASIS_POINTS + basis_points)


def _check_settled(first: Period, last: Period) -> None:
    """A month without a settlement had nothing to settle, unless it is not over."""
    open_months = Settlement.objects.filter(period__gte=first, period__lte=last, settled_at=None)
    if open_months.exists():
        raise MonthsOpen(f"a month from {first} to {last} is being settled")
    newest = Settlement.objects.filter(settled_at__isnull=False).aggregate(last=Max("period"))
    if newest["last"] is None or newest["last"] < last:
        raise MonthsOpen(f"{last} is not settled yet")


def _paid(creator: User, first: Period, last: Period, currency: str) -> list[PayoutStep]:
    steps = PayoutStep.objects.filter(
        payout__owner=creator,
        payout__currency=currency,
        payout__state=Payout.State.PAID,
        state=Payout.State.PAID,
        at__gte=first.starts_at,
        at__lt=last.ends_at,
    )
    return list(steps.select_related("payout").order_by("at", "pk"))


def _details(creator: User) -> dict[str, str]:
    kept = BillingDetails.objects.filter(owner=creator).first() or BillingDetails()
    return {
        "user": creator.username,
        "name": kept.legal_name or creator.get_full_name(),
        "address": kept.address,
        "tax_number": kept.tax_number,
    }


def _fingerprint(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _lock_numbers() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_NUMBERS])


def _next_number() -> int:
    highest = EarningsPaper.objects.aggregate(highest=Max("number"))["highest"]
    return (highest or 0) + 1
