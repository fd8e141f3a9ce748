"""A creator's statements: issuing them, fetching them, and who they are made out to."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.viewer import viewer
from payments.earnings.papers.forms import BillingForm, PaperForm
from payments.earnings.papers.issuing import (
    MOST_MONTHS,
    MonthsOpen,
    NotARange,
    NothingInRange,
    PaperRefused,
    issue_paper,
    keep_billing_details,
)
from payments.earnings.papers.models import BillingDetails, EarningsPaper
from payments.earnings.papers.printing import print_paper
from payments.paging import page_of
from payments.settlement.models import CreatorEarnings
from payments.tips.models import Tip
from things.periods import Period


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def list_papers(request: HttpRequest) -> HttpResponse:
    """The viewer's statements, and a form for another."""
    creator = viewer(request)
    earned = CreatorEarnings.objects.filter(creator=creator)
    tips = Tip.objects.filter(creator=creator)
    currencies = sorted(set(_currencies(earned)) | set(_currencies(tips)))
    newest = earned.order_by("-period").values_list("period", flat=True).first()
    if newest is None and tips.exists():
        newest = Period.of(timezone.now()).previous
    form = PaperForm(
        request.POST or None, currencies=currencies, initial={"first": newest, "last": newest}
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            paper = issue_paper(creator=creator, at=timezone.now(), **given)
        except PaperRefused as refusal:
            form.add_error(None, _why(refusal))
        else:
            return redirect("earnings_paper", paper.title)
    papers = EarningsPaper.objects.filter(creator=creator).order_by("-number")
    context = {
        "form": form,
        "page": page_of(request, papers),
        "earned": newest is not None,
        "details": BillingDetails.objects.filter(owner=creator).first(),
    }
    status = 400 if form.is_bound else 200
    return render(request, "payments/papers.html", context, status=status)


@never_cache
@login_required
@require_safe
def fetch_paper(request: HttpRequest, title: str) -> HttpResponse:
    """One of the viewer's statements as PDF; 404 for anybody else's."""
    _letter, _year, number = title.split("-")
    paper = get_object_or_404(EarningsPaper, creator=viewer(request), number=int(number))
    name = f"{paper.title}.pdf"
    return HttpResponse(
        print_paper(paper),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_billing(request: HttpRequest) -> HttpResponse:
    """Who the viewer's statements are made out to."""
    owner: User = viewer(request)
    kept = BillingDetails.objects.filter(owner=owner).first()
    form = BillingForm(request.POST or None, instance=kept)
    if request.method == "POST" and form.is_valid():
        keep_billing_details(owner=owner, **form.cleaned_data)
        messages.success(request, _("Your next statement is made out to this."))
        return redirect("billing_settings")
    status = 400 if form.is_bound else 200
    return render(request, "payments/billing.html", {"form": form}, status=status)


def _currencies(rows: QuerySet[Any]) -> QuerySet[Any, str]:
    return rows.order_by().values_list("currency", flat=True).distinct()


def _why(refusal: PaperRefused) -> str:
    """A refusal in the viewer's words."""
    match refusal:
        case NotARange():
            return _("Choose months in their order, %(most)s at most.") % {"most": MOST_MONTHS}
        case MonthsOpen():
            return _("A month of these is not settled yet: its figures are not final.")
        case NothingInRange():
            return _("You earned nothing in these months.")
    return str(refusal)
