"""Why somebody was marked, in words: with the figures for staff, without them for the person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from payments.abuse.models import AbuseMark, AbuseRule
from payments.money import format_for_people

_Kind = AbuseRule.Kind


def why(kind: AbuseRule.Kind, figures: Mapping[str, Any]) -> str:
    """What the rule found, with its figures, for the staff; in the reader's language."""
    return f"{_found(kind, figures)} {_came_in(figures)}"


def told(mark: AbuseMark) -> str:
    """What the person is told: the month, and what it is about; no thresholds, no names."""
    month = date_format(mark.period.first_day, "YEAR_MONTH_FORMAT")
    about = _about(AbuseRule.Kind(mark.rule.kind))
    return _("%(month)s: %(about)s") % {"month": month, "about": about}


def reasons_of(owner: User) -> list[str]:
    """Why payouts of somebody are held by rules, in words, latest first. One query."""
    held = AbuseMark.objects.filter(
        subject=owner, state__in=[AbuseMark.State.HELD, AbuseMark.State.CONFIRMED]
    )
    marks = held.select_related("rule").order_by("-period", "-pk")[:20]
    return list(dict.fromkeys(told(mark) for mark in marks))


def _found(kind: AbuseRule.Kind, figures: Mapping[str, Any]) -> str:
    match kind:
        case _Kind.RING:
            text = _(
                "Gives %(given_percent)s %% of their clicks to people who give mostly to each"
                " other and back."
            )
            return text % figures
        case _Kind.NEW_ACCOUNTS:
            text = _("Gets from accounts that came less than %(days)s days before, or this month.")
            return text % figures
        case _Kind.QUICK_CARD:
            text = _("Gets card money of a few days, and asked for a payout on %(asked_on)s.")
            return text % figures
        case _Kind.ONE_ADDRESS:
            text = ngettext(
                "Gets from subscribers who click from one address, up to %(at_one)s together.",
                "Gets from subscribers who click from %(addresses)s addresses, up to %(at_one)s"
                " from one.",
                figures["addresses"],
            )
            return text % figures
        case _Kind.SECOND_ACCOUNT:
            signs = ", ".join(_sign(name) for name in figures["signs"])
            return _("Gets from accounts that share with theirs: %(signs)s.") % {"signs": signs}


def _came_in(figures: Mapping[str, Any]) -> str:
    currency = figures["currency"]
    text = ngettext(
        "It is %(givers)s giver of %(of)s, with %(clicks)s clicks: %(amount)s of %(got)s.",
        "They are %(givers)s givers of %(of)s, with %(clicks)s clicks: %(amount)s of %(got)s.",
        figures["givers"],
    )
    return text % {
        "givers": figures["givers"],
        "of": figures["of"],
        "clicks": figures["clicks"],
        "amount": format_for_people(int(figures["amount"]), currency),
        "got": format_for_people(int(figures["got"]), currency),
    }


def _sign(name: str) -> str:
    return {
        "mailbox": _("the mailbox"),
        "payout": _("the account for payouts"),
        "bank": _("the bank account that pays in"),
        "card": _("the card"),
        "address": _("the address of clicks"),
        "device": _("address and browser"),
    }[name]


def _about(kind: AbuseRule.Kind) -> str:
    return {
        _Kind.RING: _("much of what came in was given among a few people who give to each other."),
        _Kind.NEW_ACCOUNTS: _("much of what came in is from accounts that are very new."),
        _Kind.QUICK_CARD: _("much of what came in was paid by card only shortly before."),
        _Kind.ONE_ADDRESS: _("much of what came in was clicked from one place."),
        _Kind.SECOND_ACCOUNT: _("some of what came in may be from an account of your own."),
    }[kind]
