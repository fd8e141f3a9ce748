"""Statements as PDF, in the active language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from payments.giving.exporting.entries import clicks_of
from payments.giving.months import SubscriberMonth, SubscriberYear
from payments.giving.recipients import Recipients
from payments.giving.statements import LeftOut, State, Statement
from payments.giving.wallets import Line, WalletStatement
from payments.ledger.models import Transfer
from payments.money import format_for_people
from payments.printing import Column, Document, Row
from things.periods import Period
from things.templatetags.periods import month_name


def month_pdf(subscriber: User, month: SubscriberMonth, recipients: Sequence[Recipients]) -> bytes:
    """A month: how the budget was divided, the wallets, whom it went to, all clicks."""
    document = Document(
        title=_("Statement of %(month)s") % {"month": month_name(month.period)},
        facts=[
            *_facts(subscriber, month.period, month.period),
            (_("State"), _STATES[month.state]()),
        ],
    )
    if month.giving is not None:
        _write_budget(document, month.giving)
    _write_wallets(document, month.wallets)
    _write_recipients(document, recipients)
    _write_movements(document, month)
    if month.giving is not None:
        _write_clicks(document, month.giving)
    return document.finish()


def year_pdf(subscriber: User, year: SubscriberYear, recipients: Sequence[Recipients]) -> bytes:
    """A year: the wallets, the months, whom it went to."""
    first, last = Period(year.year, 1), Period(year.year, 12)
    document = Document(
        title=_("Statement of %(year)s") % {"year": year.year},
        facts=_facts(subscriber, first, last),
    )
    _write_wallets(document, year.wallets)
    _write_months(document, year)
    _write_recipients(document, recipients)
    return document.finish()


_STATES = {
    State.RUNNING: lambda: _("running: the figures are those of now"),
    State.BEING_SETTLED: lambda: _("being settled: the figures are not final yet"),
    State.SETTLED: lambda: _("settled"),
}


def _exact(amount: int, currency: str) -> str:
    return format_for_people(amount, currency, exact=True)


def _signed(amount: int, currency: str) -> str:
    sign = "+" if amount > 0 else "\N{MINUS SIGN}" if amount < 0 else ""
    return sign + _exact(abs(amount), currency)


def _facts(subscriber: User, first: Period, last: Period) -> list[tuple[str, str]]:
    name, username = subscriber.get_full_name(), subscriber.username
    until = date_format(last.next.first_day - timedelta(days=1), "DATE_FORMAT")
    return [
        (_("Subscriber"), name if name == username else f"{name} ({username})"),
        (
            _("Period"),
            _("%(first)s to %(last)s")
            % {"first": date_format(first.first_day, "DATE_FORMAT"), "last": until},
        ),
    ]


def _write_budget(document: Document, statement: Statement) -> None:
    currency = statement.budget.currency
    document.heading(_("How the budget was divided"))
    document.table(
        [Column(_("Figure"), 60), Column(_("Amount"), 40, number=True)],
        [
            Row([_("Budget"), _exact(statement.budget.amount, currency)]),
            Row([_("Clicks"), str(statement.counted)]),
            *_left_out(statement),
            Row([_("Each click"), _exact(statement.share, currency)]),
            Row([_("Given"), _exact(statement.given, currency)]),
            Row([_("Remainder, which stays in the wallet"), _exact(statement.remainder, currency)]),
        ],
    )


def _left_out(statement: Statement) -> Iterator[Row]:
    """How many clicks take no part, and why."""
    if statement.otherwise_left_out and statement.why:
        yield Row([_WHY[statement.why](), str(statement.otherwise_left_out)])
    if statement.excluded:
        yield Row([_WHY[LeftOut.EXCLUDED](), str(statement.excluded)])
    if statement.skipped:
        words = _("Standing clicks that found no means when the month began")
        yield Row([words, str(statement.skipped)])


_WHY = {
    LeftOut.DEBT: lambda: _("Clicks that take no part, as the wallet owed"),
    LeftOut.SUSPENDED: lambda: _("Clicks that take no part, as the account was suspended"),
    LeftOut.THING: lambda: _("Clicks that take no part, as things or creators were suspended"),
    LeftOut.EXCLUDED: lambda: _("Clicks that take no part, as the operator excluded them"),
}


def _write_wallets(document: Document, wallets: Sequence[WalletStatement]) -> None:
    for wallet in wallets:
        currency = wallet.currency
        document.heading(_("Wallet in %(currency)s") % {"currency": currency})
        document.table(
            [Column(_("For what"), 60), Column(_("Amount"), 40, number=True)],
            [
                Row([_("In the wallet at the beginning"), _exact(wallet.opening, currency)]),
                *(
                    Row([str(line.label), _signed(moved, currency)])
                    for line, moved in wallet.lines.items()
                ),
                Row([_("In the wallet at the end"), _exact(wallet.closing, currency)], total=True),
            ],
        )


def _write_recipients(document: Document, recipients: Sequence[Recipients]) -> None:
    for found in recipients:
        rows = [
            Row(
                [
                    one.creator.get_full_name(),
                    str(one.clicks),
                    _exact(one.tips, found.currency) if one.tips else "",
                    _exact(one.amount, found.currency),
                ]
            )
            for one in found.named
        ]
        if found.others:
            others = ngettext("%(number)d other", "%(number)d others", found.others)
            label = others % {"number": found.others}
            rows.append(Row([label, "", "", _exact(found.amount_of_others, found.currency)]))
        document.heading(_("Whom it went to"))
        document.table(
            [
                Column(_("Creator"), 40),
                Column(_("Clicks"), 12, number=True),
                Column(_("By tips"), 22, number=True),
                Column(_("Before the fee"), 26, number=True),
            ],
            rows,
        )


def _write_movements(document: Document, month: SubscriberMonth) -> None:
    rows = [_movement(transfer) for transfer in month.movements]
    if rows:
        document.heading(_("Money in and out"))
        document.table(
            [Column(_("For what"), 50), Column(_("On"), 20), Column(_("Amount"), 30, number=True)],
            rows,
        )


def _movement(transfer: Transfer) -> Row:
    line = str(Line(transfer.line).label)  # type: ignore[attr-defined]  # an annotation
    owner = transfer.credited.owner
    if transfer.kind == Transfer.Kind.TIP:
        line = f"{line}: {owner.get_full_name() if owner else _('fee of the site')}"
    moved: int = transfer.moved  # type: ignore[attr-defined]  # an annotation
    day = date_format(localtime(transfer.about_at), "SHORT_DATE_FORMAT")
    return Row([line, day, _signed(moved, transfer.currency)])


def _write_clicks(document: Document, statement: Statement) -> None:
    if not statement.counted + statement.left_out:
        return
    share = Column(_("Share") if statement.is_settled else _("Share now"), 20, number=True)
    document.heading(_("Clicks"))
    document.table(
        [Column(_("Thing"), 50), Column(_("Creator"), 18), Column(_("Clicked"), 12), share],
        _clicks(statement),
    )


def _clicks(statement: Statement) -> Iterator[Row]:
    currency = statement.budget.currency
    share, none = _exact(statement.share, currency), _("takes no part")
    days: dict[date, str] = {}
    for click in clicks_of(statement):
        day = localtime(click.clicked_at).date()
        if day not in days:
            days[day] = date_format(day, "SHORT_DATE_FORMAT")
        yield Row(
            [
                click.title or click.url,
                click.creator,
                days[day],
                share if click.counts else none,
            ],
            below=" · ".join(filter(None, (click.title and click.url, click.excluded_for))),
        )
    yield Row([_("Together"), "", "", _exact(statement.given, currency)], total=True)


def _write_months(document: Document, year: SubscriberYear) -> None:
    document.heading(_("Months"))
    names = (_("At the beginning"), _("In"), _("Out"), _("At the end"))
    document.table(
        [Column(_("Month"), 24), *(Column(name, 19, number=True) for name in names)],
        [
            *(_sums(month_name(line.period), line.wallet) for line in year.months),
            *(_sums(str(year.year), wallet, total=True) for wallet in year.wallets),
        ],
    )


def _sums(name: str, wallet: WalletStatement, *, total: bool = False) -> Row:
    amounts = (wallet.opening, wallet.came_in, wallet.went_out, wallet.closing)
    return Row([name, *(_exact(one, wallet.currency) for one in amounts)], total=total)
