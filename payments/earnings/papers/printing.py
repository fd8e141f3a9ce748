"""A statement of earnings as PDF: the same bytes each time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from babel.numbers import format_decimal
from django.conf import settings
from django.utils import formats, timezone
from django.utils.translation import get_language, override, to_locale
from django.utils.translation import gettext as _

from payments.earnings.papers.models import EarningsPaper
from payments.money import format_for_people
from payments.printing import Column, Document, Row
from things.periods import Period
from things.templatetags.periods import month_name


def print_paper(paper: EarningsPaper) -> bytes:
    """The PDF, in the language in which it was issued and the site's time zone."""
    with override(paper.language), timezone.override(timezone.get_default_timezone()):
        return _print(paper)


def _print(paper: EarningsPaper) -> bytes:
    figures = paper.figures
    document = Document(
        title=_("Statement of earnings %(number)s") % {"number": paper.title},
        facts=list(_facts(paper)),
    )
    document.heading(_("Earnings"))
    document.table(
        [
            Column(_("Month"), 30),
            Column(_("Clicks"), 14, number=True),
            Column(_("Gross"), 22, number=True),
            Column(_("Fee"), 20, number=True),
            Column(_("Net"), 22, number=True),
        ],
        [*map(_month_of(figures), figures["months"]), _total(figures)],
    )
    _write_tips(document, figures)
    if figures["vat_basis_points"]:
        document.paragraph(_vat(figures))
    if figures["payouts"]:
        document.heading(_("Paid out"))
        document.table(
            [Column(_("Day"), 30), Column(_("Payout"), 48), Column(_("Amount"), 30, number=True)],
            [_payout(payout, figures["currency"]) for payout in figures["payouts"]],
        )
    _write_regiven(document, figures)
    document.paragraph(
        _("Amounts are exact to six decimals. The fee of %(site)s is taken from the gross.")
        % {"site": settings.SITE_NAME}
    )
    return document.finish()


def _write_tips(document: Document, figures: dict[str, Any]) -> None:
    """Of papers from before there were tips, nothing; else those, and what both come to."""
    months, currency = figures.get("tips", []), figures["currency"]
    if not months:
        return
    columns = [
        Column(_("Month"), 30),
        Column(_("Tips"), 14, number=True),
        Column(_("Gross"), 22, number=True),
        Column(_("Fee"), 20, number=True),
        Column(_("Net"), 22, number=True),
    ]
    names = ("number", "gross", "fee", "net")
    together = {name: sum(month[name] for month in months) for name in names}
    rows = [
        Row([month_name(Period.parse(one["period"])), str(one["number"]), *_amounts(one, currency)])
        for one in months
    ]
    total = [_("Together"), str(together["number"]), *_amounts(together, currency)]
    document.heading(_("Tips"))
    document.table(columns, [*rows, Row(total, total=True)])
    whole = {name: figures[name] + together[name] for name in names[1:]}
    document.heading(_("By clicks and tips"))
    document.table(
        columns[:1] + columns[2:], [Row([_range_of(figures), *_amounts(whole, currency)])]
    )


def _write_regiven(document: Document, figures: dict[str, Any]) -> None:
    steps, currency = figures.get("regiven", []), figures["currency"]
    if not steps:
        return
    document.heading(_("Put into giving"))
    document.table(
        [Column(_("Day"), 60), Column(_("Amount"), 40, number=True)],
        [
            *(Row([_day(one["at"]), _exact(one["amount"], currency)]) for one in steps),
            Row([_("Together"), _exact(sum(one["amount"] for one in steps), currency)], total=True),
        ],
    )


def _facts(paper: EarningsPaper) -> Iterator[tuple[str, str]]:
    details = paper.details
    yield _("Creator"), details.get("name", "–")
    lines = [line for line in details.get("address", "").splitlines() if line.strip()]
    for number, line in enumerate(lines):
        yield ("" if number else _("Address")), line
    if details.get("tax_number"):
        yield _("Tax number"), details["tax_number"]
    if details.get("user"):
        yield _("User name"), details["user"]
    yield _("Months"), _range(paper)
    issued = timezone.localtime(paper.issued_at, timezone.get_default_timezone())
    yield _("Issued"), formats.date_format(issued, "DATE_FORMAT")
    if paper.figures["vat_number"]:
        yield (
            _("VAT number of %(site)s") % {"site": settings.SITE_NAME},
            paper.figures["vat_number"],
        )
    if paper.figures["replaces"]:
        yield _("Replaces"), paper.figures["replaces"]


def _range(paper: EarningsPaper) -> str:
    return _named(paper.first_period, paper.last_period)


def _range_of(figures: dict[str, Any]) -> str:
    return _named(Period.parse(figures["first"]), Period.parse(figures["last"]))


def _named(first_period: Period, last_period: Period) -> str:
    first, last = month_name(first_period), month_name(last_period)
    if first == last:
        return first
    return _("%(first)s to %(last)s") % {"first": first, "last": last}


def _month_of(figures: dict[str, Any]) -> Any:
    currency = figures["currency"]

    def row(month: dict[str, Any]) -> Row:
        name = month_name(Period.parse(month["period"]))
        return Row([name, str(month["clicks"]), *_amounts(month, currency)])

    return row


def _total(figures: dict[str, Any]) -> Row:
    cells = [_("Together"), str(figures["clicks"]), *_amounts(figures, figures["currency"])]
    return Row(cells, total=True)


def _amounts(row: dict[str, Any], currency: str) -> list[str]:
    return [_exact(row[name], currency) for name in ("gross", "fee", "net")]


def _vat(figures: dict[str, Any]) -> str:
    locale = to_locale(get_language() or "en")
    percent = format_decimal(figures["vat_basis_points"] / 100, locale=locale)
    return _("The fee contains %(percent)s %% VAT: %(amount)s.") % {
        "percent": percent,
        "amount": _exact(figures["vat"], figures["currency"]),
    }


def _payout(payout: dict[str, Any], currency: str) -> Row:
    amount = format_for_people(payout["amount"], currency)
    return Row([_day(payout["at"]), payout["payout"], amount])


def _day(moment: str) -> str:
    day: date = timezone.localtime(
        datetime.fromisoformat(moment), timezone.get_default_timezone()
    ).date()
    return formats.date_format(day, "DATE_FORMAT")


def _exact(amount: int, currency: str) -> str:
    return format_for_people(amount, currency, exact=True)
