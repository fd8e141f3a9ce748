"""The pages on which people register applications, and see and revoke what they authorised."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Max, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from oauth2_provider.models import AccessToken, Grant

from accounts.models import User
from accounts.oauth.forms import ApplicationForm
from accounts.oauth.models import Application
from accounts.oauth.scopes import MEANINGS, Scope


@never_cache
@login_required
@require_safe
def list_applications(request: HttpRequest) -> HttpResponse:
    """The applications that one registered."""
    applications = Application.objects.filter(user=_user(request)).order_by("name", "pk")
    return render(request, "accounts/oauth/applications.html", {"applications": applications})


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def register_application(request: HttpRequest) -> HttpResponse:
    """Register one; its secret is shown this once."""
    form = ApplicationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        application, secret = form.save_for(_user(request))
        context = {"application": application, "secret": secret}
        return render(request, "accounts/oauth/registered.html", context)
    return render(request, "accounts/oauth/register.html", {"form": form})


@never_cache
@login_required
@require_POST
def delete_application(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete one of one's own, with all tokens that people gave it."""
    application = get_object_or_404(Application, pk=pk, user=_user(request))
    application.delete()
    messages.success(request, _("%(name)s is deleted.") % {"name": application.name})
    return redirect("applications")


@never_cache
@login_required
@require_safe
def list_authorised(request: HttpRequest) -> HttpResponse:
    """The applications that may act for one, and what they may do."""
    tokens = AccessToken.objects.filter(user=_user(request))
    rows = tokens.values("application", "application__name", "scope").order_by("application")
    authorised: dict[int, dict[str, object]] = {}
    for row in rows.annotate(first=Min("created"), last=Max("created")):
        entry = authorised.setdefault(
            row["application"],
            {
                "pk": row["application"],
                "name": row["application__name"],
                "since": row["first"],
                "scopes": {},
            },
        )
        for name in row["scope"].split():
            cast("dict[str, str]", entry["scopes"])[name] = str(MEANINGS.get(Scope(name), name))
    context = {"authorised": list(authorised.values())}
    return render(request, "accounts/oauth/authorised.html", context)


@never_cache
@login_required
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke all that an application may do for one."""
    mine = {"user": _user(request), "application": pk}
    Grant.objects.filter(**mine).delete()
    revoked, _rows = AccessToken.objects.filter(**mine).delete()
    if revoked:
        messages.success(request, _("The application can no longer act for you."))
    return redirect("authorised")


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)
