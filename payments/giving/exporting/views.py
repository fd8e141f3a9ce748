"""Statements to take away; everybody gets their own only."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.viewer import viewer
from payments.giving.exporting.csv_file import csv_lines
from payments.giving.exporting.json_file import month_json, year_json
from payments.giving.exporting.pdf_file import month_pdf, year_pdf
from payments.giving.months import SubscriberMonth, SubscriberYear, month_of
from payments.giving.recipients import recipients_of, recipients_of_month
from payments.giving.views import month_asked, year_asked
from things.periods import Period

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "pdf": "application/pdf",
}
# Names in a PDF: a page or two of them.
NAMED_ON_PAPER = 100


@never_cache
@login_required
@require_safe
def send_month(request: HttpRequest, period: Period, form: str) -> HttpResponseBase:
    """The viewer's month as a file."""
    month, user = month_asked(request, period), viewer(request)
    name = f"statement-{period}"
    if form == "csv":
        return _streamed(csv_lines([month]), name, form)
    if form == "json":
        return _streamed(month_json(user, month), name, form)
    if form == "pdf":
        whom = recipients_of_month(user, month, named=NAMED_ON_PAPER)
        return _whole(month_pdf(user, month, whom), name, form)
    raise Http404


@never_cache
@login_required
@require_safe
def send_year(request: HttpRequest, year: int, form: str) -> HttpResponseBase:
    """The viewer's calendar year as a file."""
    found, user = year_asked(request, year), viewer(request)
    name = f"statement-{year}"
    if form == "csv":
        return _streamed(csv_lines(_months(request, found)), name, form)
    if form == "json":
        return _streamed(year_json(user, found, _months(request, found)), name, form)
    if form == "pdf":
        first, last = Period(year, 1), Period(year, 12)
        whom = recipients_of(subscriber=user, first=first, last=last, named=NAMED_ON_PAPER)
        return _whole(year_pdf(user, found, whom), name, form)
    raise Http404


def _months(request: HttpRequest, year: SubscriberYear) -> Iterator[SubscriberMonth]:
    """The months of a year in which anything was, each read when its turn comes."""
    user, now = viewer(request), timezone.now()
    for period in sorted({line.period for line in year.months}):
        yield month_of(subscriber=user, period=period, at=now)


def _streamed(pieces: Iterator[str], name: str, form: str) -> StreamingHttpResponse:
    return StreamingHttpResponse(pieces, headers=_headers(name, form))


def _whole(content: bytes, name: str, form: str) -> HttpResponse:
    return HttpResponse(content, headers=_headers(name, form))


def _headers(name: str, form: str) -> dict[str, str]:
    return {
        "Content-Type": _TYPES[form],
        "Content-Disposition": f'attachment; filename="{name}.{form}"',
    }
