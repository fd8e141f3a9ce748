"""The ledger explorer: accounts at an instant, statements, transfers, and what caused them.

It reads and never writes, for those who may view ledger accounts.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.staff.models import StaffEntry
from accounts.staff.recording import Act, note_act
from payments.desk.causes import MOST_SHOWN, causes_of, find_cause, transfers_of
from payments.desk.explorer_forms import AccountsForm, StatementForm
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.statements import (
    Line,
    NoStatement,
    Place,
    accounts_of,
    all_lines,
    balance_at,
    balances_at,
    statement_page,
    turnover,
)
from payments.money import format_exact

VIEW = "payments.view_ledgeraccount"
HEADER = (
    "posted_at",
    "about_at",
    "kind",
    "key",
    "from",
    "to",
    "corrects",
    "currency",
    "amount",
    "total",
)
# What spreadsheets take for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def explorer_urls(site: admin.AdminSite) -> list[URLPattern]:
    """The addresses, for the admin's site."""
    view = site.admin_view
    return [
        path("ledger/", view(show_accounts), name="ledger"),
        path("ledger/accounts/<int:number>/", view(show_account), name="ledger_account"),
        path("ledger/accounts/<int:number>/csv/", view(export), name="ledger_export"),
        path("ledger/transfers/<int:number>/", view(show_transfer), name="ledger_transfer"),
        path("ledger/of/<str:label>/<str:key>/", view(show_of), name="ledger_of"),
    ]


@never_cache
@require_safe
def show_accounts(request: HttpRequest) -> HttpResponse:
    """Somebody's accounts, or the site's own, as they were at an instant."""
    _need(request)
    form = AccountsForm(request.GET)
    balances: list[tuple[LedgerAccount, int]] = []
    at = timezone.now()
    if form.is_valid():
        at = form.cleaned_data["at"] or at
        owner = form.cleaned_data["owner"]
        balances = balances_at(accounts_of(None if owner is None else [owner.pk]), at)
    context = {"title": _("Ledger"), "form": form, "balances": balances, "at": at}
    return _page(request, "admin/desk/ledger.html", context)


@never_cache
@require_safe
def show_account(request: HttpRequest, number: int) -> HttpResponse:
    """The statement of an account."""
    _need(request)
    account = get_object_or_404(LedgerAccount.objects.select_related("owner"), pk=number)
    form = StatementForm(account, request.GET)
    context: dict[str, Any] = {"title": str(account), "account": account, "form": form}
    if form.is_valid():
        context |= _statement(form, request.GET.get("after", ""))
    return _page(request, "admin/desk/ledger_account.html", context)


@never_cache
@require_safe
def export(request: HttpRequest, number: int) -> HttpResponseBase:
    """The chosen lines as a file. Who takes it is written down."""
    _need(request)
    account = get_object_or_404(LedgerAccount.objects.select_related("owner"), pk=number)
    form = StatementForm(account, request.GET)
    if not form.is_valid() or account.kind == LedgerAccount.Kind.SETTLING:
        raise Http404
    note_act(
        request, Act(StaffEntry.Kind.DOWNLOAD, deed="ledger", row=account, about=account.owner)
    )
    headers = {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": f'attachment; filename="account-{account.pk}.csv"',
    }
    return StreamingHttpResponse(csv_lines(all_lines(form.wanted)), headers=headers)


@never_cache
@require_safe
def show_transfer(request: HttpRequest, number: int) -> HttpResponse:
    """A transfer, what caused it, and what corrects it."""
    _need(request)
    rows = Transfer.objects.select_related("debited__owner", "credited__owner", "mirrors__mirrors")
    transfer = get_object_or_404(rows, pk=number)
    context = {
        "title": transfer.key,
        "transfer": transfer,
        "causes": causes_of(transfer),
        "corrections": rows.filter(mirrors=transfer).order_by("pk")[:MOST_SHOWN],
    }
    return _page(request, "admin/desk/ledger_transfer.html", context)


@never_cache
@require_safe
def show_of(request: HttpRequest, label: str, key: str) -> HttpResponse:
    """The transfers that a row caused: a deposit, a budget, a click, a payout, a tip."""
    _need(request)
    cause = find_cause(label, key)
    transfers = None if cause is None else transfers_of(cause)
    if cause is None or transfers is None:
        raise Http404
    context = {
        "title": _("Transfers of %(cause)s") % {"cause": f"{cause._meta.verbose_name} {cause}"},
        "transfers": transfers[:MOST_SHOWN],
    }
    return _page(request, "admin/desk/ledger_of.html", context)


def csv_lines(lines: Iterator[Line]) -> Iterator[str]:
    """The lines of the file, each with its end. Times are in UTC, amounts have six decimals."""
    writer = csv.writer(_Echo(), lineterminator="\n")
    yield writer.writerow(HEADER)
    for line in lines:
        yield writer.writerow(_cells(line))


class _Echo:
    """A file for `csv.writer` that hands each line back."""

    def write(self, line: str) -> Any:
        return line


def _cells(line: Line) -> list[str]:
    transfer = line.transfer
    texts = (
        transfer.kind,
        transfer.key,
        side(transfer.debited),
        side(transfer.credited),
        transfer.mirrors.key if transfer.mirrors else "",
    )
    return [
        transfer.posted_at.isoformat(),
        transfer.about_at.isoformat(),
        *(f"'{text}" if text.startswith(_FORMULA) else text for text in texts),
        transfer.currency,
        format_exact(line.amount),
        format_exact(line.total),
    ]


def side(account: LedgerAccount) -> str:
    """Whose an account is and what for, in the words of the tables: `wallet:ada`."""
    return f"{account.kind}:{account.owner.username if account.owner else account.rail}"


def _statement(form: StatementForm, after: str) -> dict[str, Any]:
    wanted = form.wanted
    try:
        page = statement_page(wanted, after=Place.parse(after))
    except NoStatement:
        return {"unlisted": True}
    asked = {name: value for name, value in form.data.items() if name in form.fields and value}
    account = wanted.account
    return {
        "page": page,
        "query": urlencode(asked),
        "next": urlencode({**asked, "after": str(page.after)}) if page.after else "",
        "is_first": not after,
        "opening": balance_at(account, form.just_before) if form.just_before else None,
        "closing": balance_at(account, form.last_instant) if form.last_instant else None,
        # The first page alone adds them up.
        "turnover": turnover(wanted) if not after and wanted.starts_at else [],
    }


def _need(request: HttpRequest) -> None:
    if not request.user.has_perm(VIEW):
        raise PermissionDenied


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return TemplateResponse(request, template, {**admin.site.each_context(request), **context})
