"""The pages of coming in that are not allauth's as they are."""

from __future__ import annotations

from allauth.account.internal.flows.email_verification_by_code import EmailVerificationProcess
from allauth.account.internal.flows.logout import logout
from allauth.account.internal.stagekit import clear_login
from allauth.account.utils import passthrough_next_redirect_url
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.entrance.unconfirmed import give_up_sign_up


@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@never_cache
@require_POST
def start_again(request: HttpRequest) -> HttpResponse:
    """Forget the address that waits for its code, as it was mistyped; back to the sign-up."""
    process = EmailVerificationProcess.resume(request)
    if process is not None and request.user.is_anonymous:
        user = process.user
        process.abort()
        if user is not None:
            give_up_sign_up(user)
    if request.user.is_anonymous:
        clear_login(request)
    sign_up = reverse("account_signup")
    return redirect(passthrough_next_redirect_url(request, sign_up, REDIRECT_FIELD_NAME))
