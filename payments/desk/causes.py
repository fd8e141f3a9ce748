"""From a transfer to what caused it, and back: by the keys that the deeds give their transfers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from payments.budgets.models import Budget
from payments.deposits.models import Deposit, Dispute, Refund
from payments.ledger.models import Transfer
from payments.ledger.questions import TransferQuerySet
from payments.payouts.models import Payout
from payments.settlement.corrections.models import Correction, ReversedClick
from payments.settlement.models import CreatorEarnings, PeriodFigures, Settlement
from payments.tips.models import Tip
from things.models import Click
from things.periods import NotAPeriod, Period

_KEY = re.compile(
    r"(?P<what>share|earning|fee|deposit|tip|tip-fee|payout|correction):(?P<first>[0-9-]+)(?::(?P<rest>.*))?"
)
MOST_SHOWN = 200


@dataclass(frozen=True)
class Cause:
    """A row that has a page in the admin, and its name there."""

    label: str
    url: str


def causes_of(transfer: Transfer) -> list[Cause]:
    """What made a transfer be posted, the nearest first. At most ten queries.

    A correction has what it takes back among them; money that went back to the bank, its refund or
    dispute.
    """
    rows = [*_corrections_of(transfer), *_by_key(transfer.key)]
    found = [_cause(row) for row in rows]
    if matched := _KEY.fullmatch(transfer.key):
        found += _clicks(matched)
    return list(dict.fromkeys(found))


def transfers_of(row: Model) -> TransferQuerySet | None:
    """The transfers that a row caused, and their corrections; None where its kind causes none.

    By the index of keys, and the one of corrections.
    """
    keys = _KEYS.get(type(row)._meta.concrete_model or type(row))
    if keys is None:
        return None
    rows = Transfer.objects.filter(key__in=keys(row))
    numbers = list(rows.values_list("pk", flat=True)) + _own_transfers(row)
    everything = Q(pk__in=numbers) | Q(mirrors__in=numbers) | _taken_back_by(row)
    chosen = Transfer.objects.filter(everything).order_by("pk")
    return chosen.select_related("debited__owner", "credited__owner", "mirrors")


def find_cause(label: str, key: str) -> Model | None:
    """The row of a model's label and a key, for `transfers_of`; a click by its three parts."""
    if label == Click._meta.label_lower:
        return _click(key)
    models = {model._meta.label_lower: model for model in _KEYS}
    if label not in models or not (key.isdecimal() and len(key) < 19):
        return None
    return models[label]._default_manager.filter(pk=int(key)).first()


def causes_transfers(model: type[Model]) -> bool:
    """Whether rows of a model cause transfers."""
    return (model._meta.concrete_model or model) in _KEYS


def _click(key: str) -> Click | None:
    parts = key.split(".")
    if len(parts) != 3 or not all(part.isdecimal() and len(part) < 19 for part in parts[1:]):
        return None
    try:
        period = Period.parse(parts[0])
    except NotAPeriod:
        return None
    return (
        Click.objects.in_period(period)
        .filter(subscriber_id=int(parts[1]), thing_id=int(parts[2]))
        .select_related("thing")
        .first()
    )


def _corrections_of(transfer: Transfer) -> list[Model]:
    if transfer.kind not in Transfer.CORRECTIONS:
        return []
    refunds = Refund.objects.filter(Q(transfer=transfer) | Q(undone_by=transfer))
    disputes = Dispute.objects.filter(Q(chargeback=transfer) | Q(reinstated=transfer))
    back: list[Model] = [*refunds, *disputes]
    if transfer.mirrors is not None:
        back += _by_key(transfer.mirrors.key)
    return back


def _by_key(key: str) -> list[Model]:
    matched = _KEY.fullmatch(key)
    if matched is None:
        return []
    first, rest = matched["first"], matched["rest"] or ""
    if matched["what"] in {"share", "earning", "fee"}:
        return _of_month_end(matched["what"], first, rest)
    model = {
        "deposit": Deposit,
        "tip": Tip,
        "tip-fee": Tip,
        "payout": Payout,
        "correction": Correction,
    }
    if not (first.isdecimal() and len(first) < 19):
        return []
    rows: list[Model] = list(model[matched["what"]]._default_manager.filter(pk=int(first)))
    return rows + (_by_key(rest) if matched["what"] == "correction" else [])


def _of_month_end(what: str, month: str, rest: str) -> list[Model]:
    try:
        period = Period.parse(month)
    except NotAPeriod:
        return []
    whose, _colon, currency = rest.partition(":")
    rows: list[Model] = []
    if what != "fee" and whose.isdecimal() and len(whose) < 19:
        rows += (
            Budget.objects.filter(period=period, subscriber=int(whose))
            if what == "share"
            else CreatorEarnings.objects.filter(
                period=period, creator=int(whose), currency=currency
            )
        )
    rows += Settlement.objects.filter(period=period)
    return rows


def _cause(row: Model) -> Cause:
    options = row._meta
    url = reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[row.pk])
    name = str(options.verbose_name)
    return Cause(f"{name[:1].upper()}{name[1:]} {row}", url)


def _clicks(matched: re.Match[str]) -> list[Cause]:
    """The clicks that a share was divided among, and what the things of an earning got."""
    what, month, rest = matched["what"], matched["first"], matched["rest"] or ""
    whose = rest.partition(":")[0]
    if what == "share" and whose.isdecimal():
        name = _name_of(whose)
        url = f"{reverse('admin:things_click')}?period={month}&subscriber={name}"
        return [Cause(_("The clicks"), url)] if name else []
    if what == "earning" and whose.isdecimal():
        name = _name_of(whose)
        url = f"{reverse('admin:payments_thingearnings_changelist')}?period={month}&q={name}"
        return [Cause(_("What each thing earned"), url)] if name else []
    return []


def _name_of(number: str) -> str:
    return User.objects.filter(pk=int(number)).values_list("username", flat=True).first() or ""


Keys = Callable[[Any], Sequence[str]]


def _keys_of_budget(row: Budget) -> list[str]:
    return [f"share:{row.period}:{row.subscriber_id}"]


def _keys_of_earnings(row: CreatorEarnings) -> list[str]:
    return [f"earning:{row.period}:{row.creator_id}:{row.currency}"]


def _keys_of_click(click: Click) -> list[str]:
    """Its share, with those of the giver's other clicks; and what its thing's owner got."""
    earned = CreatorEarnings.objects.filter(period=click.period, creator=click.thing.owner_id)
    return [
        f"share:{click.period}:{click.subscriber_id}",
        *(key for row in earned for key in _keys_of_earnings(row)),
    ]


def _keys_of_figures(row: PeriodFigures) -> list[str]:
    return [f"fee:{row.settlement.period}:{row.currency}"]


def _keys_of_month_end(row: Settlement) -> list[str]:
    return [f"fee:{row.period}:{one.currency}" for one in row.figures.all()]


def _keys_of_payout(row: Payout) -> list[str]:
    return [f"payout:{row.pk}", *(f"payout:{row.pk}:{end}" for end in ("paid", "returned", "back"))]


_KEYS: dict[type[Model], Keys] = {
    Budget: _keys_of_budget,
    Click: _keys_of_click,
    Correction: lambda row: [],
    CreatorEarnings: _keys_of_earnings,
    Deposit: lambda row: [f"deposit:{row.pk}"],
    Dispute: lambda row: [],
    Payout: _keys_of_payout,
    PeriodFigures: _keys_of_figures,
    Refund: lambda row: [],
    Settlement: _keys_of_month_end,
    Tip: lambda row: [f"tip:{row.pk}", f"tip-fee:{row.pk}"],
}


def _own_transfers(row: Model) -> list[int]:
    """Those that a row names itself."""
    names = ("transfer_id", "undone_by_id", "chargeback_id", "reinstated_id")
    if isinstance(row, (Correction, Deposit)):
        return []
    return [number for name in names if (number := getattr(row, name, None))]


def _taken_back_by(row: Model) -> Q:
    """What a correction posted: of each share, earning and fee that its clicks were a part of."""
    if not isinstance(row, Correction):
        return Q(pk__in=[])
    if row.transfer_id is not None:
        return Q(mirrors=row.transfer_id, key__startswith=f"correction:{row.pk}:")
    clicks = ReversedClick.objects.filter(correction=row)
    originals = {
        key
        for click in clicks[:MOST_SHOWN]
        for key in (
            f"share:{click.period}:{click.subscriber_id}",
            f"earning:{click.period}:{click.creator_id}:{click.currency}",
            f"fee:{click.period}:{click.currency}",
        )
    }
    return Q(key__in=[f"correction:{row.pk}:{key}" for key in originals])
