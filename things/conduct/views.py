"""Pages on which anybody reports a thing or a person's page."""

from __future__ import annotations

from collections.abc import Callable

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from things.conduct.forms import ReportForm
from things.conduct.models import Report
from things.conduct.reporting import Complaint, report_person, report_thing
from things.models import Thing


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report_a_thing(request: HttpRequest, thing_id: int) -> HttpResponse:
    """Report a thing."""
    shown = Thing.objects.exclude(state__in=[Thing.State.MERGED, Thing.State.SUSPENDED])
    thing = get_object_or_404(shown.select_related("owner"), pk=thing_id)
    page = reverse("thing", args=[thing.pk])

    def report(complaint: Complaint) -> None:
        report_thing(thing=thing, complaint=complaint, at=timezone.now())

    return _ask(request, str(thing), page, report)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report_a_person(request: HttpRequest, username: str) -> HttpResponse:
    """Report a person's page."""
    person = get_object_or_404(User.objects.filter(is_active=True), username__iexact=username)
    page = reverse("creator", args=[person.username])

    def report(complaint: Complaint) -> None:
        report_person(person=person, complaint=complaint, at=timezone.now())

    return _ask(request, person.get_full_name(), page, report)


def _ask(
    request: HttpRequest, called: str, page: str, report: Callable[[Complaint], None]
) -> HttpResponse:
    signed_in = request.user if isinstance(request.user, User) else None
    form = ReportForm(
        request.POST if request.method == "POST" else None,
        initial={"email": (signed_in.email or "") if signed_in else ""},
    )
    if request.method == "POST" and form.is_valid():
        if not ratelimit.consume(request, action="report"):
            refused: HttpResponse = ratelimit.respond_429(request)
            return refused
        said = form.cleaned_data
        complaint = Complaint(
            ground=Report.Ground(said["ground"]),
            words=said["words"],
            email=said["email"],
            language=get_language() or "",
            reporter=signed_in,
        )
        report(complaint)
        messages.success(request, _("Thank you. The people who run the site look at it."))
        return redirect(page)
    context = {"form": form, "called": called, "page_of_it": page}
    return render(request, "things/report.html", context)
