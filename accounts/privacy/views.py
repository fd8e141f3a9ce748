"""The page about privacy, and a user's own: export and farewell."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.conduct.looking import looks_at
from accounts.privacy.exporting import AskedLately, ask_for_export, read_export
from accounts.privacy.kept import Fate, all_cookies, all_kept
from accounts.privacy.leaving import CannotLeave, delete_account, reasons_to_stay, rest_of
from accounts.privacy.models import Export
from accounts.security.reauthenticating import freshly_authenticated
from accounts.viewer import viewer


@require_safe
def show_privacy(request: HttpRequest) -> HttpResponse:
    """What is kept about people, and why; from the register, so that nothing is missing."""
    kept = sorted(all_kept(), key=lambda entry: str(entry.title))
    context: dict[str, Any] = {
        "fates": [(fate, [one for one in kept if one.fate is fate]) for fate in Fate],
        "contact": settings.CONTACT_ADDRESS,
        "cookies": all_cookies(),
        "address": settings.POSTAL_ADDRESS,
    }
    return render(request, "accounts/privacy/privacy.html", context)


@never_cache
@login_required
@require_safe
def show_own_privacy(request: HttpRequest) -> HttpResponse:
    """Where the user gets their data, and where they leave."""
    user = viewer(request)
    context = {
        "waiting": Export.objects.waiting().filter(user=user).first(),
        "at_hand": Export.objects.at_hand(at=timezone.now()).filter(user=user).first(),
        "looks": looks_at(user),
    }
    return render(request, "accounts/privacy/settings.html", context)


@never_cache
@freshly_authenticated
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for an export of one's own data."""
    try:
        ask_for_export(user=viewer(request), at=timezone.now())
    except AskedLately:
        messages.warning(request, _("You asked less than an hour ago. Take that one, or wait."))
    else:
        messages.success(request, _("It is being made. We send you a mail when it is ready."))
    return redirect("privacy_settings")


@never_cache
@freshly_authenticated
@require_safe
def fetch_export(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The file, to its owner alone."""
    user = viewer(request)
    mine = Export.objects.at_hand(at=timezone.now()).filter(user=user)
    export = get_object_or_404(mine, pk=pk)
    name = f"{settings.SITE_HOST}-{user.username}-{export.asked_at:%Y-%m-%d}.zip"
    return StreamingHttpResponse(
        read_export(export),
        content_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Length": str(export.size),
        },
    )


@never_cache
@freshly_authenticated
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest) -> HttpResponse:
    """What goes, what stays, and the form that deletes the account."""
    user, now, wrong = viewer(request), timezone.now(), False
    reasons = reasons_to_stay(user, at=now)
    if user.is_staff:
        reasons.append(_("You work for this site: somebody else must release you first."))
    if request.method == "POST" and not reasons:
        wrong = request.POST.get("name", "").strip().lower() != user.username.lower()
        if not wrong:
            try:
                delete_account(user=user, at=now)
            except CannotLeave as refusal:
                reasons = refusal.reasons
            else:
                logout(request)
                messages.success(request, _("Your account is deleted."))
                return redirect("front")
    context = {"reasons": reasons, "rest": rest_of(user, at=now), "wrong": wrong}
    status = 400 if wrong else 200
    return render(request, "accounts/privacy/delete.html", context, status=status)
