"""The pages under Security and Sessions that are not allauth's as they are."""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.security.devices import name_of_device
from accounts.security.endings import other_ways_in
from accounts.security.factors import has_second_factor
from accounts.security.sessions import end_all_ways_in, end_session, living_sessions
from accounts.viewer import viewer


@never_cache
@login_required
@require_safe
def show_security(request: HttpRequest) -> HttpResponse:
    """How the account is kept safe: password, address, second factors."""
    mine = Authenticator.objects.filter(user=viewer(request)).order_by("created_at", "pk")
    factors = {kind: [f for f in mine if f.type == kind] for kind in Authenticator.Type.values}
    codes = factors["recovery_codes"]
    context = {
        "passkeys": factors["webauthn"],
        "authenticator": next(iter(factors["totp"]), None),
        "codes_left": len(codes[0].wrap().get_unused_codes()) if codes else None,
        "needs_factor": settings.STAFF_SECOND_FACTOR
        and viewer(request).is_staff
        and not has_second_factor(viewer(request)),
    }
    return render(request, "accounts/security/security.html", context)


class AddPasskey(AddWebAuthnView):
    """A passkey that opens the account by itself: allauth's page would first ask what kind."""

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        """What the browser is to ask the device for."""
        known: dict[str, Any] = super().get_context_data(**context)
        options = auth.begin_registration(self.request.user, passwordless=True)
        known["js_data"] = {"creation_options": options}
        return known


class RemovePasskey(RemoveWebAuthnView):
    """Removing one, if the user may."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Staff keep a second factor."""
        adapter = get_adapter()
        if not adapter.can_delete_authenticator(self.get_object()):
            refusal = adapter.error_messages["cannot_delete_authenticator"]
            messages.error(self.request, refusal)
            return redirect("mfa_index")
        answer: HttpResponse = super().form_valid(form)
        return answer


@never_cache
@login_required
@require_safe
def list_sessions(request: HttpRequest) -> HttpResponse:
    """Where the user is signed in, and what else acts for them."""
    user = viewer(request)
    sessions = [
        {
            "session": session,
            "device": name_of_device(session.user_agent),
            "is_this": session.session_key == request.session.session_key,
        }
        for session in living_sessions(user, at=timezone.now())
    ]
    ways = [(way.title, rows) for way in other_ways_in() if (rows := way.rows(user))]
    context = {"sessions": sessions, "ways": ways}
    return render(request, "accounts/security/sessions.html", context)


@login_required
@require_POST
def end_one_session(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of the user's own."""
    session = get_object_or_404(UserSession, pk=pk, user=viewer(request))
    end_session(session)
    messages.success(request, _("The session is ended."))
    return redirect("usersessions_list")


@login_required
@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """End all but this one, and what else acts for the user."""
    end_all_ways_in(viewer(request), but=request.session.session_key)
    messages.success(request, _("You are signed out everywhere else."))
    return redirect("usersessions_list")
