"""The pages on which people choose their mails."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.mail.choosing import (
    NoSuchLink,
    choose_kinds,
    read_link,
    switch_off,
    unwanted_kinds,
)
from accounts.mail.forms import MailChoices
from accounts.mail.kinds import Kind, switchable_kinds
from accounts.viewer import viewer


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_mail_settings(request: HttpRequest) -> HttpResponse:
    """Which kinds the viewer gets: shown, and chosen."""
    user = viewer(request)
    wanted = [kind for kind in switchable_kinds() if kind not in unwanted_kinds(user)]
    form = MailChoices(
        request.POST if request.method == "POST" else None, initial={"kinds": wanted}
    )
    if form.is_valid():
        choose_kinds(user=user, wanted=[Kind(name) for name in form.cleaned_data["kinds"]])
        messages.success(request, _("Your choice of mails is saved."))
        return redirect("mail_settings")
    context = {"form": form, "always": [kind for kind in Kind if kind.always_sent]}
    status = 400 if form.is_bound else 200
    return render(request, "accounts/mail/settings.html", context, status=status)


# A mail program sends the one click of RFC 8058 without cookies; the link itself is the proof.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Switch a kind off. Looking at the page does nothing: scanners of mails look at every link."""
    try:
        user, kind = read_link(token)
    except NoSuchLink as refusal:
        raise Http404 from refusal
    if request.method == "POST":
        switch_off(user=user, kind=kind)
    context = {"kind": kind, "done": request.method == "POST"}
    return render(request, "accounts/mail/unsubscribe.html", context)
