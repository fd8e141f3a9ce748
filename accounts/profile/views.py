"""The page of the profile, and the switch of languages at the foot of every page."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views import i18n
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.profile.forms import ProfileForm
from accounts.viewer import viewer


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_profile(request: HttpRequest) -> HttpResponse:
    """What the viewer is called, and how they read the site."""
    # A copy: a refused name is not shown at the head of the page.
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=viewer(request).pk))
    if request.method == "POST" and form.is_valid():
        user = form.save()
        translation.activate(user.language)
        messages.success(request, _("Your profile is saved."))
        response = redirect("profile_settings")
        _remember(response, user.language)
        return response
    status = 400 if form.is_bound else 200
    return render(request, "accounts/profile/profile.html", {"form": form}, status=status)


def set_language(request: HttpRequest) -> HttpResponseBase:
    """Django's own, which remembers the choice in a cookie; a user's is kept with their account."""
    response = i18n.set_language(request)
    chosen = request.POST.get("language", "")
    if request.user.is_authenticated and chosen in dict(settings.LANGUAGES):
        User.objects.filter(pk=request.user.pk).update(language=chosen)
    return response


def _remember(response: HttpResponse, language: str) -> None:
    """The language in which the browser is answered once they signed out."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )
