"""The pages that belong to no app: the first one, those of errors, and robots.txt."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseServerError, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_safe

from accounts.answers import NothingHere
from accounts.api.errors import Error
from accounts.models import User
from obole.context import site
from payments.earnings.months import settled_months
from payments.earnings.reports import earnings_of_creator
from payments.giving.now import running_month


@require_safe
def front_page(request: HttpRequest) -> HttpResponse:
    """To a visitor what Obole is, with the last settled month; to others their own month."""
    if isinstance(request.user, User):
        return _home_page(request, request.user)
    context = {"last": settled_months().first(), "minimum": settings.MINIMUM_BUDGET}
    return render(request, "front.html", context | {"fee": settings.FEE_BASIS_POINTS})


def _home_page(request: HttpRequest, viewer: User) -> HttpResponse:
    month = running_month(viewer, at=timezone.now())
    earned = earnings_of_creator(viewer).first()
    response = render(request, "home.html", {"month": month, "earned": earned})
    add_never_cache_headers(response)
    return response


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines may read."""
    return render(request, "robots.txt", content_type="text/plain; charset=utf-8")


def not_found(request: HttpRequest, exception: Http404) -> HttpResponse:
    """404; with the reason where a view gave one."""
    reason = str(exception) if isinstance(exception, NothingHere) else ""
    return render(request, "404.html", {"reason": reason}, status=404)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return render(request, "403.html", status=403)


def too_often(request: HttpRequest) -> HttpResponse:
    """429 where a limit against guessing was reached."""
    return render(request, "429.html", status=429)


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 where a form came without the token that shows that it is ours."""
    return render(request, "403.html", {"stale": True}, status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """500; reads neither database nor session, which may be what is broken."""
    if request.path.startswith("/rest/v2"):
        return JsonResponse(Error.SERVER_ERROR.body(), status=500)
    return HttpResponseServerError(render_to_string("500.html", site(request)))
